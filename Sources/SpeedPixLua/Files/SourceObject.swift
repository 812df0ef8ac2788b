import LuaRuntime
import SpeedPix

/// `speedpix.file(path)`, `speedpix.bytes(data, filename)` and `speedpix.text(s)`: says what a string is.
final class SourceObject: LuaObject {
    enum Kind: Sendable {
        case file(String)
        case bytes([UInt8], filename: String)
        case text(String)
    }

    static let luaClass = LuaClass(name: "source", properties: [])
    static let functions: [LuaFunctionDefinition] = [
        .immediate("file") { .object(SourceObject(.file(try $0.string(1, "path")))) },
        .immediate("bytes") { arguments in
            let bytes = try arguments.bytes(1, "data").bytes
            return .object(SourceObject(.bytes(bytes, filename: try arguments.string(2, "filename"))))
        },
        .immediate("text") { .object(SourceObject(.text(try $0.string(1, "text")))) },
    ]

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// What to upload.
    func upload(_ files: FileAccess) throws -> ScriptUploadSource {
        switch kind {
        case .file(let path): try .file(path, files)
        case .bytes(let bytes, let filename): .bytes(bytes, filename: filename)
        case .text: throw LuaArgumentError("speedpix.text(…) is text and cannot be uploaded")
        }
    }

    var luaDescription: String {
        switch kind {
        case .file(let path): "file \(path)"
        case .bytes(let bytes, let filename): "\(bytes.count) bytes \(filename)"
        case .text(let text): text
        }
    }

    func luaProperty(_ name: String) -> LuaValue? { nil }
}
