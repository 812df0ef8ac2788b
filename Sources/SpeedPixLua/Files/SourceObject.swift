import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// `speedpix.file(path)`, `speedpix.bytes(data, filename)` and `speedpix.text(s)`: says what a string is.
final class SourceObject: LuaObject {
    enum Kind: Sendable {
        case file(FilePath)
        case bytes([UInt8], filename: String)
        case text(String)
    }

    static let luaClass = LuaClass(
        name: "source",
        summary: "What a string is meant as: made by speedpix.file, speedpix.bytes and speedpix.text.")
    static let functions: [LuaFunctionDefinition] = [
        .immediate(
            "file",
            .init("A path that is meant as a file, whatever it looks like.", ["path: string"], returns: "Source")
        ) { .object(SourceObject(.file(try $0.path(1)))) },
        .immediate(
            "bytes", .init("Bytes to upload as a file.", ["data: string", "filename: string"], returns: "Source")
        ) { arguments in
            let bytes = try arguments.bytes(1).bytes
            return .object(SourceObject(.bytes(bytes, filename: try arguments.string(2))))
        },
        .immediate(
            "text", .init("Text that is not a path, whatever it looks like.", ["text: string"], returns: "Source")
        ) { .object(SourceObject(.text(try $0.string(1)))) },
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
        case .file(let path): "file \(path.shown)"
        case .bytes(let bytes, let filename): "\(bytes.count) bytes \(filename)"
        case .text(let text): text
        }
    }

    func luaProperty(_ name: String) -> LuaValue? { nil }
}
