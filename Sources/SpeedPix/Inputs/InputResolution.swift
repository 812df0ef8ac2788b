/// Replaces the files of an input by what the service can read. The caller's own values are never changed.
struct InputResolution: Sendable {
    let files: Files
    let encoding: FileEncoding

    /// - Throws: ``SpeedPixError`` of the first file that cannot be had; the other uploads are then cancelled.
    func resolve(_ input: [String: InputValue]) async throws -> [String: JSONValue] {
        let urls = try await Self.leaves(input).concurrentMap(limit: Files.concurrency) { try await url(of: $0) }
        var resolved = Self.substitute(input, urls)
        guard !files.caller.dependencies.journal.isDryRun else { return resolved }
        for (name, value) in resolved { resolved[name] = try await signed(value) }
        return resolved
    }

    /// The value with URLs of outputs replaced by ones that give access: a journal has kept them unsigned, a script may have for
    /// long.
    private func signed(_ value: JSONValue) async throws -> JSONValue {
        switch value {
        case .string(let text):
            let (state, now) = (files.caller.outputs, files.caller.dependencies.now())
            guard let output = state.id(of: text), !state.isRecent(text, of: output, now: now) else { return value }
            guard text.contains("?") else { return .string(try await files.url(of: output)) }
            // A signature may still be good: then one that cannot be renewed is sent as it is.
            return .string((try? await files.url(of: output)) ?? text)
        case .array(let values):
            var signed: [JSONValue] = []
            for value in values { signed.append(try await self.signed(value)) }
            return .array(signed)
        case .object(let members):
            var signed: [String: JSONValue] = [:]
            for (name, value) in members { signed[name] = try await self.signed(value) }
            return .object(signed)
        default: return value
        }
    }

    /// The input as it is, if there are no files in it.
    func plain(_ input: [String: InputValue]) -> [String: JSONValue]? {
        guard Self.leaves(input).isEmpty, files.caller.outputs.isEmpty else { return nil }
        return Self.substitute(input, [])
    }

    private static func leaves(_ input: [String: InputValue]) -> [InputValue] {
        var leaves: [InputValue] = []
        for key in input.keys.sorted() { collect(input[key], &leaves) }
        return leaves
    }

    private static func substitute(_ input: [String: InputValue], _ urls: [String]) -> [String: JSONValue] {
        var urls = urls[...]
        var resolved: [String: JSONValue] = [:]
        for key in input.keys.sorted() {
            if let value = input[key] { resolved[key] = substitute(value, &urls) }
        }
        return resolved
    }

    /// The files, in the order in which ``substitute(_:_:)`` meets them.
    private static func collect(_ value: InputValue?, _ leaves: inout [InputValue]) {
        switch value {
        case nil, .json: break
        case .array(let values): for value in values { collect(value, &leaves) }
        case .object(let members): for key in members.keys.sorted() { collect(members[key], &leaves) }
        case .some(let leaf): leaves.append(leaf)
        }
    }

    private static func substitute(_ value: InputValue, _ urls: inout ArraySlice<String>) -> JSONValue {
        switch value {
        case .json(let json): return json
        case .array(let values): return .array(values.map { substitute($0, &urls) })
        case .object(let members):
            var resolved: [String: JSONValue] = [:]
            for key in members.keys.sorted() {
                if let member = members[key] { resolved[key] = substitute(member, &urls) }
            }
            return .object(resolved)
        case .file, .uploaded, .custom: return .string(urls.removeFirst())
        }
    }

    private func url(of leaf: InputValue) async throws -> String {
        switch leaf {
        case .file(let source):
            if encoding == .base64, let inline = try await source.dataURI(limit: FileEncoding.largestInline) {
                return inline
            }
            return try await files.upload(source).url
        case .uploaded(let file): return try await files.renewed(file).url
        // The caller's own code, which may upload the file, and then calls `Files` again from here.
        case .custom(let file): return try await file.url()
        case .json, .array, .object: return ""
        }
    }
}
