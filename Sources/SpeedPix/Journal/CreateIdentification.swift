import Crypto

/// Finds out what a create is: digests the files of its input, and replaces URLs of outputs by their ids.
struct CreateIdentification: Sendable {
    let files: Files
    let outputs: OutputFileIndex

    /// Begins a text that replaces a file. No text that is sent begins so: it is not a character of any language.
    private static let mark = "\u{0}"

    /// - Returns: Nil if that cannot be found out: a stream can be read only once.
    /// - Throws: ``SpeedPixError`` of a file that cannot be read; `CancellationError`.
    func identity(
        of workflowID: String, _ options: CreateOptions, _ input: [String: InputValue]
    ) async throws -> CreateIdentity? {
        var inputs: [String: JSONValue] = [:]
        for (name, value) in input {
            guard let canonical = try await canonical(value) else { return nil }
            inputs[name] = canonical
        }
        do {
            return try CreateIdentity(workflowID: workflowID, options: options, inputs: inputs)
        } catch {
            // A number that JSON cannot say: the create itself says so.
            return nil
        }
    }

    // Canonical values: the same for two inputs that would be paid for twice. Files are replaced by their digests, and outputs
    // by prediction and number.

    private func canonical(_ value: InputValue) async throws -> JSONValue? {
        switch value {
        case .json(let json): return try await canonical(json)
        case .array(let values):
            var result: [JSONValue] = []
            for value in values {
                guard let value = try await canonical(value) else { return nil }
                result.append(value)
            }
            return .array(result)
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (name, value) in members {
                guard let value = try await canonical(value) else { return nil }
                result[name] = value
            }
            return .object(result)
        case .file(.stream): return nil
        case .custom(let file): return try await file.contentDigest().map(Self.content)
        case .file(let source):
            let digest = try await source.withReopenable(nonce: "") { opened in
                try await opened.withContent(files.caller.dependencies.clock) { try await files.digest(of: $0) }
            }
            return Self.content(digest.hexadecimal)
        case .uploaded(let file):
            if let entry = files.cache.entry(objectKey: file.objectKey),
                let digest = try await Files.digest(of: entry)
            {
                return Self.content(digest.hexadecimal)
            }
            return .string("\(Self.mark)upload:\(file.objectKey)")
        }
    }

    private func canonical(_ json: JSONValue) async throws -> JSONValue {
        switch json {
        case .string(let text):
            return .string(try await canonical(text))
        case .array(let values):
            var result: [JSONValue] = []
            for value in values { result.append(try await canonical(value)) }
            return .array(result)
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (name, value) in members { result[name] = try await canonical(value) }
            return .object(result)
        default: return json
        }
    }

    /// A text with each URL of an output replaced by a reference to the output, since URLs are signed anew in each attempt.
    private func canonical(_ text: String) async throws -> String {
        if let id = try await outputID(of: text) { return Self.reference(to: id) }
        guard text.utf8.contains(UInt8(ascii: ":")), text.contains("http") else { return text }
        var result = ""
        var rest = text.startIndex
        for match in text.matches(of: /https?:\/\/[^\s"'<>)\]]+/) {
            guard let id = try await outputID(of: String(match.output)) else { continue }
            result += text[rest..<match.range.lowerBound] + Self.reference(to: id)
            rest = match.range.upperBound
        }
        return result + text[rest...]
    }

    private static func reference(to id: OutputFileID) -> String {
        "\(mark)output:\(id.predictionID)/\(id.number)"
    }

    /// Of this client's outputs, and of those of attempts before.
    private func outputID(of text: String) async throws -> OutputFileID? {
        guard OutputFileIndex.isOneURL(text) else { return nil }
        if let known = outputs.id(of: text) { return known }
        let found = try await files.caller.dependencies.journal.outputFileID(of: text.withoutQuery)
        if let found { outputs.note(found, of: text) }
        return found
    }

    private static func content(_ digest: String) -> JSONValue { .string("\(mark)content:\(digest)") }

    /// The files of outputs in an input.
    func sources(in input: [String: InputValue]) -> [OutputFileID] {
        var found: [OutputFileID] = []
        if !outputs.isEmpty { for value in input.values { collect(value, &found) } }
        return found
    }

    private func collect(_ value: InputValue, _ found: inout [OutputFileID]) {
        switch value {
        case .json(let json): collect(json, &found)
        case .array(let values): for value in values { collect(value, &found) }
        case .object(let members): for value in members.values { collect(value, &found) }
        case .file, .custom, .uploaded: break
        }
    }

    private func collect(_ json: JSONValue, _ found: inout [OutputFileID]) {
        switch json {
        case .string(let text): if let id = outputs.id(of: text) { found.append(id) }
        case .array(let values): for value in values { collect(value, &found) }
        case .object(let members): for value in members.values { collect(value, &found) }
        default: break
        }
    }
}
