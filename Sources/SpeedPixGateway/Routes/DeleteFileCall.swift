import SpeedPix

/// `/scc/sp_delete_temp_file`: removes a stored file, an upload or a result. Its URLs lead nowhere from then on.
struct DeleteFileCall: ServiceCall {
    let route = Route.deleteFile
    let store: ObjectStore

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let key = try call.body.objectKey()
        // Of another one's file nothing is said, not even that it is there.
        guard call.caller.owns(key), try await store.delete(key) else { throw Refusal.fileNotFound(key) }
        return ["objectKey": .string(key.text)]
    }
}
