import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// What makes a string a path rather than a prompt.
package enum PathText {
    /// Bytes of the longest path that names anything: Linux' `PATH_MAX`; macOS has less.
    static let longest = 4096

    /// One line that starts with `./`, `../`, `~/`, `/` or a drive letter, and is not too long to be a path.
    package static func looksLikePath(_ text: String) -> Bool {
        looksLikePath(Array(text.utf8)) && !text.contains(where: \.isNewline)
    }

    /// The same for bytes, which need not be text.
    static func looksLikePath(_ bytes: [UInt8]) -> Bool {
        !bytes.contains(where: { (0x0A...0x0D).contains($0) }) && beginsLikePath(bytes)
    }

    /// The same of several lines, which are a path only where a file has this very name.
    static func beginsLikePath(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= longest else { return false }
        if ["./", "../", "~/", "/"].contains(where: { bytes.starts(with: $0.utf8) }) { return true }
        guard bytes.count >= 3, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0] | 0x20) else { return false }
        return bytes[1] == UInt8(ascii: ":") && (bytes[2] == UInt8(ascii: "/") || bytes[2] == UInt8(ascii: "\\"))
    }

    /// The error for a path with a zero byte: C functions take what is before it for the whole path.
    static var holdsZero: SpeedPixError { SpeedPixError(.invalidArgument, "a path cannot hold a zero byte") }

    /// The error for a path that is longer than any.
    static func tooLong(_ bytes: some Collection<UInt8>) -> SpeedPixError {
        SpeedPixError(
            .invalidArgument,
            "a path of \(bytes.count) bytes names no file (\(FileName.shown(Array(bytes.prefix(60))).printable())…)",
            remedy: "the longest has \(longest) bytes")
    }
}

extension FilePath {
    /// The path that a script names, byte by byte.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for what names no file: an empty string, one that is too long, and one
    ///   with a zero byte: C functions would open what is before it, which is not the path that was checked.
    init(named bytes: [UInt8]) throws {
        guard bytes.count <= PathText.longest else { throw PathText.tooLong(bytes) }
        guard !bytes.isEmpty else { throw SpeedPixError(.invalidArgument, "an empty path names no file") }
        guard !bytes.contains(0) else { throw PathText.holdsZero }
        self.init(bytes: bytes)
    }
}

extension LuaArguments {
    /// The path in a string, of any encoding or none.
    ///
    /// - Throws: ``LuaArgumentError``, and as ``FilePath/init(named:)``.
    borrowing func path(_ position: Int) throws -> FilePath {
        try FilePath(named: bytes(position).bytes)
    }
}

extension LuaValue {
    /// A path as its bytes.
    static func path(_ path: FilePath) -> LuaValue { .string(LuaString(path.bytes)) }
}

/// Where something is to be saved: a file, or a folder that keeps its name.
struct SavePath: Sendable {
    let path: FilePath
    /// Whether it ends with a slash, which a path itself does not keep, or in `.` or `..`.
    let namesFolder: Bool

    /// - Throws: As ``FilePath/init(named:)``.
    init(_ bytes: [UInt8]) throws {
        path = try FilePath(named: bytes)
        let isDots = path.lastComponent.map { $0.kind != .regular } ?? false
        namesFolder = bytes.last == UInt8(ascii: "/") || isDots
    }

    /// The first argument of a save, which is the working folder if it is not given.
    init(_ arguments: borrowing LuaArguments) throws {
        try self.init(arguments.isAbsent(1) ? Array("./".utf8) : arguments.bytes(1).bytes)
    }

    /// A file.
    init(_ path: FilePath) {
        self.path = path
        namesFolder = false
    }
}
