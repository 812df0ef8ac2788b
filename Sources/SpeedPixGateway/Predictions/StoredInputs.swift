import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A create's inputs as the database has them: what was sent, with files of this gateway by their keys.
///
/// The URLs that were sent expire after an hour and are signed with one secret. A gateway that begins the prediction again
/// may do so later, and with another secret.
struct StoredInputs: Sendable, Equatable {
    let values: [String: JSONValue]
    /// The files among them.
    let files: [ObjectKey]

    /// - Parameters:
    ///   - given: What was sent, checked by ``InputPreparation``.
    ///   - urls: Has signed the URLs.
    init(_ given: [String: JSONValue], for workflow: any Workflow, signedBy urls: URLSigner) {
        var (values, files) = (given, [ObjectKey]())
        for input in workflow.inputs where input.kind == .file {
            guard let value = given[input.name], let text = value.stringValue ?? value["url"]?.stringValue,
                let grant = try? urls.grant(in: text, now: .distantPast)
            else { continue }
            values[input.name] = [
                "object_key": .string(grant.key.text), "filename": .string(grant.filename),
                "mime_type": .string(grant.contentType),
            ]
            files.append(grant.key)
        }
        self.values = values
        self.files = files
    }

    /// Reads what ``encoded()`` wrote; nil for anything else.
    init?(_ text: String) {
        guard let values = (try? JSONValue(parsing: text.utf8))?.objectValue else { return nil }
        self.init(values: values)
    }

    /// - Parameter values: With files of this gateway by their keys.
    init(values: [String: JSONValue]) {
        self.values = values
        files = values.values.compactMap { Self.key(in: $0) }
    }

    func encoded() throws -> String {
        String(decoding: try JSONValue.object(values).encoded(), as: UTF8.self)
    }

    /// The files alone, for the sweep, which only asks which are needed.
    func encodedFiles() throws -> String {
        String(decoding: try JSONValue.array(files.map { .string($0.text) }).encoded(), as: UTF8.self)
    }

    /// Reads what ``encodedFiles()`` wrote.
    static func files(_ text: String) -> [ObjectKey] {
        let keys = (try? JSONValue(parsing: text.utf8))?.arrayValue ?? []
        return keys.compactMap { $0.stringValue.flatMap { ObjectKey($0) } }
    }

    /// What a client would send now.
    func given(to workflow: any Workflow, signedBy urls: URLSigner, expires: Int64) -> [String: JSONValue] {
        var given = values
        for input in workflow.inputs where input.kind == .file {
            guard let value = values[input.name], let key = Self.key(in: value),
                let filename = value["filename"]?.stringValue, let contentType = value["mime_type"]?.stringValue
            else { continue }
            let grant = FileGrant(
                purpose: .read, key: key, expires: expires, contentType: contentType, filename: filename, size: nil)
            given[input.name] = .string(urls.url(grant, origin: ""))
        }
        return given
    }

    /// The file of this gateway that a value stands for; nil for any other value.
    static func key(in value: JSONValue) -> ObjectKey? {
        guard value["url"] == nil else { return nil }
        return value["object_key"]?.stringValue.flatMap { ObjectKey($0) }
    }
}
