import Crypto

/// Finds out what a create is: digests the files of its input, and tells outputs by their places.
struct CreateIdentification: Sendable {
    let files: Files
    let places: OutputPlaces

    /// What begins a text that stands for a file. No text that is sent begins so: it is no character of any language.
    private static let mark = "\u{0}"

    /// - Returns: Nil if that cannot be told: a stream can be read only once.
    /// - Throws: ``SpeedPixError`` of a file that cannot be read; `CancellationError`.
    func identity(
        of workflowID: String, _ options: CreateOptions, _ input: [String: InputValue]
    ) async throws -> CreateIdentity? {
        var inputs: [String: JSONValue] = [:]
        for (name, value) in input {
            guard let standing = try await standIn(value) else { return nil }
            inputs[name] = standing
        }
        do {
            return try CreateIdentity(workflowID, options, inputs)
        } catch {
            // A number that JSON cannot say: the create itself says so.
            return nil
        }
    }

    private func standIn(_ value: InputValue) async throws -> JSONValue? {
        switch value {
        case .json(let json): return try await standIn(json)
        case .array(let values):
            var standing: [JSONValue] = []
            for value in values {
                guard let value = try await standIn(value) else { return nil }
                standing.append(value)
            }
            return .array(standing)
        case .object(let members):
            var standing: [String: JSONValue] = [:]
            for (name, value) in members {
                guard let value = try await standIn(value) else { return nil }
                standing[name] = value
            }
            return .object(standing)
        case .file(.stream): return nil
        case .custom(let file): return try await file.contentDigest().map(Self.content)
        case .file(let source):
            let digest = try await source.withReopenable(nonce: "") { opened in
                try await opened.withContent(files.caller.dependencies.clock) { try await files.digest(of: $0) }
            }
            return Self.content(CreateIdentity.hexadecimal(digest))
        case .uploaded(let file):
            if let entry = files.cache.entry(objectKey: file.objectKey),
                let digest = try await Files.digest(of: entry)
            {
                return Self.content(CreateIdentity.hexadecimal(digest))
            }
            return .string("\(Self.mark)upload:\(file.objectKey)")
        }
    }

    private func standIn(_ json: JSONValue) async throws -> JSONValue {
        switch json {
        case .string(let text):
            return .string(try await standIn(text))
        case .array(let values):
            var standing: [JSONValue] = []
            for value in values { standing.append(try await standIn(value)) }
            return .array(standing)
        case .object(let members):
            var standing: [String: JSONValue] = [:]
            for (name, value) in members { standing[name] = try await standIn(value) }
            return .object(standing)
        default: return json
        }
    }

    /// A text with each URL of an output in it replaced by what stands for the output: it is signed anew in each attempt.
    private func standIn(_ text: String) async throws -> String {
        if let place = try await place(of: text) { return Self.standIn(place) }
        guard text.utf8.contains(UInt8(ascii: ":")), text.contains("http") else { return text }
        var standing = ""
        var rest = text.startIndex
        for match in text.matches(of: /https?:\/\/[^\s"'<>)\]]+/) {
            guard let place = try await place(of: String(match.output)) else { continue }
            standing += text[rest..<match.range.lowerBound] + Self.standIn(place)
            rest = match.range.upperBound
        }
        return standing + text[rest...]
    }

    private static func standIn(_ place: OutputPlace) -> String {
        "\(mark)output:\(place.predictionID)/\(place.number)"
    }

    /// Of this client's outputs, and of those of attempts before.
    private func place(of text: String) async throws -> OutputPlace? {
        guard OutputPlaces.isOneURL(text) else { return nil }
        if let known = places.place(of: text) { return known }
        let found = try await files.caller.dependencies.journal.outputPlace(of: OutputPlaces.key(text))
        if let found { places.note(found, of: text) }
        return found
    }

    private static func content(_ digest: String) -> JSONValue { .string("\(mark)content:\(digest)") }

    /// The files of outputs in an input.
    func sources(in input: [String: InputValue]) -> [OutputPlace] {
        var found: [OutputPlace] = []
        if !places.isEmpty { for value in input.values { collect(value, &found) } }
        return found
    }

    private func collect(_ value: InputValue, _ found: inout [OutputPlace]) {
        switch value {
        case .json(let json): collect(json, &found)
        case .array(let values): for value in values { collect(value, &found) }
        case .object(let members): for value in members.values { collect(value, &found) }
        case .file, .custom, .uploaded: break
        }
    }

    private func collect(_ json: JSONValue, _ found: inout [OutputPlace]) {
        switch json {
        case .string(let text): if let place = places.place(of: text) { found.append(place) }
        case .array(let values): for value in values { collect(value, &found) }
        case .object(let members): for value in members.values { collect(value, &found) }
        default: break
        }
    }
}
