import SpeedPix

/// `/scc/sp_get_temp_file`: what is known of a stored file, an upload or a result, and a URL to read it from.
struct GetFileCall: ServiceCall {
    let route = Route.getFile
    let store: ObjectStore
    let urls: URLSigner

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let key = try call.body.objectKey()
        guard call.caller.owns(key), let attributes = try await store.attributes(of: key),
            let facts = try await store.facts(of: key)
        else {
            throw Refusal.fileNotFound(key)
        }
        let grant = FileGrant(
            purpose: .read, key: key, expires: call.urlExpiry, contentType: attributes.contentType,
            filename: attributes.filename, size: nil)
        return [
            "objectKey": .string(key.text), "accessUrl": .string(urls.url(grant, origin: call.origin)),
            "expireTime": .integer(grant.expires), "contentType": .string(attributes.contentType),
            "size": .integer(facts.size), "originalFilename": .string(attributes.filename),
            "createTime": .integer(attributes.milliseconds),
        ]
    }
}

extension CallBody {
    /// The key of a stored file.
    ///
    /// - Throws: ``Refusal`` for anything that is not `uploads/NAME` or `results/NAME`.
    func objectKey() throws(Refusal) -> ObjectKey {
        let text = try requiredText("objectKey", "object_key")
        guard let key = ObjectKey(text) else {
            throw .invalidParameter(
                "\"\(text.prefix(100))\" is not an objectKey of this gateway: give the one that the upload or the result returned"
            )
        }
        return key
    }
}

extension Refusal {
    static func fileNotFound(_ key: ObjectKey) -> Refusal {
        Refusal(
            "FileNotFound", "there is no file \(key): it was deleted or has expired, or its upload was not finished")
    }
}
