import LuaRuntime
import SpeedPix

/// Turns a script's input into what the service gets: files anywhere in it are uploaded and become URLs.
struct InputConversion: Sendable {
    let host: ScriptHost
    let uploads: ScriptUploads

    init(host: ScriptHost) {
        self.host = host
        uploads = ScriptUploads(host: host)
    }

    func input(_ table: LuaTable) async throws -> [String: JSONValue] {
        var input: [String: JSONValue] = [:]
        for (name, value) in try table.members(at: "the input") {
            input[name] = try await json(value, at: "input.\(name)")
        }
        return input
    }

    private func json(_ value: LuaValue, at place: String) async throws -> JSONValue {
        switch value {
        case .nil, .null: return .null
        case .boolean(let flag): return .bool(flag)
        case .integer(let number): return .integer(number)
        case .unsigned(let number): return JSONValue(number)
        case .number(let number):
            guard number.isFinite else {
                throw LuaArgumentError("\(place) is \(number), a number that JSON cannot say")
            }
            // Each of these could be meant as any of two thousand seeds.
            guard !(0x1p63..<0x1p64).contains(number) else {
                throw LuaArgumentError(
                    "\(place) is \(number), a float: a whole number of 64 bits has lost its last digits in it",
                    hint:
                        "write all digits, as in uint64(\"15417283946501827364\"), and not as a number or with tonumber"
                )
            }
            return .double(number)
        case .string(let string):
            guard let text = string.text else {
                throw LuaArgumentError(
                    "\(place) is not UTF-8 text", hint: "for the bytes of a file use speedpix.bytes(data, filename)")
            }
            return try await json(text, at: place)
        case .table(let table):
            if table.isList {
                var values: [JSONValue] = []
                for (index, item) in table.items.enumerated() {
                    values.append(try await json(item, at: "\(place)[\(index + 1)]"))
                }
                return .array(values)
            }
            var members: [String: JSONValue] = [:]
            for (name, member) in try table.members(at: place) {
                members[name] = try await json(member, at: "\(place).\(name)")
            }
            return .object(members)
        case .object(let object as SourceObject):
            if case .text(let text) = object.kind { return .string(text) }
            return .string(try await uploads.file(for: try object.upload(host.files)).url)
        case .object(let object as PlaceholderObject): return .string(object.url)
        case .object(let object as OutputFileObject): return .string(object.file.url)
        case .object(let object as FileObject): return .string(try await uploads.fresh(object.file).url)
        case .object, .function:
            throw LuaArgumentError(
                "\(place) is a \(value.typeName), which cannot be sent",
                hint: value.typeName == "prediction" ? "send one of its output files: job.output.images" : nil)
        }
    }

    private func json(_ text: String, at place: String) async throws -> JSONValue {
        guard PathText.looksLikePath(text) else { return .string(text) }
        do {
            guard try host.files.existingFile(text) != nil else { return .string(text) }
            return .string(try await uploads.file(for: try .file(text, host.files)).url)
        } catch let error as SpeedPixError {
            var error = error
            error.message = "\(place): \(error.message)"
            error.remedy = error.remedy ?? "if it is meant as text, say speedpix.text(…)"
            throw error
        }
    }
}

/// What makes a string a path rather than a prompt.
package enum PathText {
    /// Bytes of the longest path that names anything: Linux' `PATH_MAX`; macOS has less.
    static let longest = 4096

    /// One line that starts with `./`, `../`, `~/`, `/` or a drive letter, and is not too long to be a path.
    package static func looksLikePath(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= longest, !text.contains(where: \.isNewline) else { return false }
        if ["./", "../", "~/", "/"].contains(where: text.hasPrefix) { return true }
        let start = text.prefix(3)
        guard start.count == 3, let drive = start.first, drive.isASCII, drive.isLetter else { return false }
        return start.dropFirst() == ":/" || start.dropFirst() == ":\\"
    }
}
