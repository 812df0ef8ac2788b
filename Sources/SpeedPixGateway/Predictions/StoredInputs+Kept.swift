import GRDB
import SpeedPix

/// An input of a prediction as it is kept, whatever has become of the prediction.
enum KeptInput: Sendable, Equatable {
    case value(JSONValue)
    /// A file of this gateway, which may be gone.
    case stored(key: ObjectKey, filename: String, mimeType: String)
    /// A file that came within the input, as its `data:` URI.
    case embedded(String, mimeType: String)
    /// A file of elsewhere, by its URL as it was given.
    case remote(String)
    /// What was too long to be kept.
    ///
    /// - Parameters:
    ///   - bytes: How long it was, as JSON.
    ///   - mimeType: Of a file that came within the input; nil for any other value.
    case omitted(bytes: Int64, mimeType: String?)
}

extension StoredInputs {
    /// Characters of one input that are kept when its prediction has ended: a picture may have come within it, and thousands
    /// of predictions are kept.
    static let longestKept = 64 << 10

    private static let omittedName = "omitted_bytes"

    /// - Parameter workflow: What the prediction has run, whose declarations say which inputs are files; nil if it is gone.
    func kept(by workflow: (any Workflow)?) -> [String: KeptInput] {
        Dictionary(
            uniqueKeysWithValues: values.map { name, value -> (String, KeptInput) in
                let input = workflow?.inputs.first { $0.name == name }
                return (name, Self.kept(value, isFile: input.map { $0.kind == .file }))
            })
    }

    /// - Parameter isFile: Whether it is declared as a file; nil if nobody knows.
    private static func kept(_ value: JSONValue, isFile: Bool?) -> KeptInput {
        if let bytes = value[omittedName]?.lenientInteger {
            return .omitted(bytes: bytes, mimeType: value["mime_type"]?.stringValue)
        }
        guard isFile ?? true else { return .value(value) }
        if let key = key(in: value), let filename = value["filename"]?.stringValue,
            let mimeType = value["mime_type"]?.stringValue
        {
            return .stored(key: key, filename: filename, mimeType: mimeType)
        }
        guard isFile == true, let text = value.stringValue ?? value["url"]?.stringValue else { return .value(value) }
        return embeddedType(text).map { .embedded(text, mimeType: $0) } ?? .remote(text)
    }

    /// The media type of a `data:` URI; nil for any other text.
    private static func embeddedType(_ text: String) -> String? {
        guard text.prefix(5).lowercased() == "data:" else { return nil }
        let type = text.dropFirst(5).prefix { $0 != ";" && $0 != "," }.prefix(100)
        return type.isEmpty ? "text/plain" : String(type)
    }

    /// Without what is too long to be kept.
    func shortened() throws -> StoredInputs {
        StoredInputs(
            values: try values.mapValues { value -> JSONValue in
                let count = try value.encoded().count
                guard count > Self.longestKept else { return value }
                let type = (value.stringValue ?? value["url"]?.stringValue).flatMap(Self.embeddedType)
                return [
                    Self.omittedName: .integer(Int64(count)), "mime_type": type.map { .string($0) } ?? .null,
                ]
            })
    }

    /// Leaves out what is too long to be kept of a prediction that has ended.
    static func shorten(of id: String, in database: Database) throws {
        let text = try String.fetchOne(
            database, sql: "SELECT inputs FROM prediction WHERE id = ? AND length(inputs) > ?",
            arguments: [id, longestKept])
        guard let text, let inputs = StoredInputs(text) else { return }
        try database.execute(
            sql: "UPDATE prediction SET inputs = ? WHERE id = ?",
            arguments: [try inputs.shortened().encoded(), id])
    }
}

extension KeptInput {
    /// What a file is called that came within an input.
    static func filename(of input: String, _ mimeType: String) -> String {
        let name = SignUploadCall.filename(input)
        return MediaType.fileExtension(for: mimeType).map { "\(name).\($0)" } ?? name
    }

    /// What a file of elsewhere is called.
    static func filename(ofURL text: String) -> String {
        let url = text.withoutQuery
        // What follows the host.
        let path = url.firstRange(of: "://").map { url[$0.upperBound...].drop { $0 != "/" } } ?? url[...]
        return SignUploadCall.filename(PercentEncoding.decode(path) ?? String(path))
    }
}
