import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// Turns a script's input into the SDK's: files anywhere in it are uploaded when their create is new.
struct InputConversion: Sendable {
    let host: ScriptHost
    let uploads: ScriptUploads

    init(host: ScriptHost) {
        self.host = host
        uploads = ScriptUploads(host: host)
    }

    /// - Throws: ``LuaArgumentError`` for what JSON cannot say; ``SpeedPixError`` of a file that may not be read or is missing.
    func input(_ table: LuaTable) async throws -> [String: InputValue] {
        var input: [String: InputValue] = [:]
        for (name, value) in try table.members(at: "the input") {
            input[name] = try self.value(value, at: "input.\(name)")
        }
        return input
    }

    private func value(_ value: LuaValue, at valuePath: String) throws -> InputValue {
        switch value {
        case .nil, .null: return nil
        case .boolean(let flag): return .bool(flag)
        case .integer(let number): return .integer(number)
        case .unsigned(let number): return .unsigned(number)
        case .number(let number):
            guard number.isFinite else {
                throw LuaArgumentError("\(valuePath) is \(number), a number that JSON cannot say")
            }
            // A float of this size stands for about two thousand integers: it is not known which of them the script meant as a seed.
            guard !(0x1p63..<0x1p64).contains(number) else {
                throw LuaArgumentError(
                    "\(valuePath) is \(number), a float: a whole number of 64 bits has lost its last digits in it",
                    hint:
                        "write all digits, as in uint64(\"15417283946501827364\"), and not as a number or with tonumber"
                )
            }
            return .double(number)
        case .string(let string):
            guard let text = string.text else {
                // The name of a file need not be text; what looks like a path but names nothing is an error that says so.
                if PathText.looksLikePath(string.bytes) {
                    return try file(FilePath(named: string.bytes), at: valuePath)
                }
                throw LuaArgumentError(
                    "\(valuePath) is not UTF-8 text", hint: "for the bytes of a file use speedpix.bytes(data, filename)"
                )
            }
            return try self.value(text, at: valuePath)
        case .table(let table):
            if table.isList {
                return .array(
                    try table.items.enumerated().map { try self.value($1, at: "\(valuePath)[\($0 + 1)]") })
            }
            var members: [String: InputValue] = [:]
            for (name, member) in try table.members(at: valuePath) {
                members[name] = try self.value(member, at: "\(valuePath).\(name)")
            }
            return .object(members)
        case .object(let object as SourceObject):
            if case .text(let text) = object.kind { return .string(text) }
            return .custom(ScriptInputFile(try object.upload(host.files), uploads))
        case .object(let object as PlaceholderObject): return .url(object.url)
        case .object(let object as OutputFileObject): return .output(object.file)
        case .object(let object as FileObject): return .custom(UploadedInputFile(file: object.file, uploads: uploads))
        case .object, .function:
            throw LuaArgumentError(
                "\(valuePath) is a \(value.typeName), which cannot be sent",
                hint: value.typeName == "prediction" ? "send one of its output files: job.output.images" : nil)
        }
    }

    private func value(_ text: String, at valuePath: String) throws -> InputValue {
        guard PathText.looksLikePath(text) || isFileOfSeveralLines(text) else { return .string(text) }
        let naming = PathNaming(valuePath: valuePath)
        return try naming.explaining {
            // A text with a zero names no file.
            guard !text.utf8.contains(0) else { throw PathText.holdsZero }
            let path = FilePath(text)
            guard try host.files.existingFile(path) != nil else { return .string(text) }
            return .custom(ScriptInputFile(try .file(path, host.files), uploads, naming: naming))
        }
    }

    /// Whether a text of several lines is the name of a file that is there: names may have line ends, and prompts begin with
    /// anything.
    private func isFileOfSeveralLines(_ text: String) -> Bool {
        PathText.beginsLikePath(Array(text.utf8)) && !text.utf8.contains(0)
            && host.files.real(host.files.located(FilePath(text))) != nil
    }

    private func file(_ path: FilePath, at valuePath: String) throws -> InputValue {
        let naming = PathNaming(valuePath: valuePath)
        return try naming.explaining {
            .custom(ScriptInputFile(try .file(path, host.files), uploads, naming: naming))
        }
    }
}

/// Where a text stands that was taken for a path: what goes wrong with the file names it.
struct PathNaming: Sendable {
    let valuePath: String

    func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SpeedPixError {
            throw explained(error)
        }
    }

    func explained(_ error: SpeedPixError) -> SpeedPixError {
        var error = error
        error.message = "\(valuePath): \(error.message)"
        error.remedy = error.remedy ?? "if it is meant as text, say speedpix.text(…)"
        return error
    }
}
