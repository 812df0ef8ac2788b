import LuaRuntime
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The script that a command runs.
struct ScriptFile {
    /// No script that a person wrote comes near.
    static let largest = 64 << 20

    let chunk: LuaChunk
    /// Where it lies; nil for standard input.
    let directory: String?

    /// - Parameter path: `-` for standard input.
    init(_ path: String, in context: CommandContext) throws {
        if path == "-" {
            chunk = LuaChunk(try context.readInput(), name: "stdin")
            directory = nil
            return
        }
        let full = context.absolute(path)
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory) else {
            throw CommandFailure(.usage, "there is no script \(path)")
        }
        guard !isDirectory else { throw CommandFailure(.usage, "\(path) is a folder, not a script") }
        guard let data = try? Data(contentsOf: URL(filePath: full)) else {
            throw CommandFailure(.usage, "could not read \(path): permission denied")
        }
        guard data.count <= Self.largest else { throw CommandFailure(.usage, "\(path) is larger than 64 MiB") }
        chunk = LuaChunk(data, name: path)
        directory = FilePath(full).removingLastComponent().string
    }

    /// The text of a module, by the name that messages give it; nil for anything that lies elsewhere.
    func module(named name: String, in context: CommandContext) -> LuaChunk? {
        guard let directory, name.hasSuffix(".lua") else { return nil }
        let path = FilePath(context.absolute(name)).lexicallyNormalized()
        guard path.starts(with: FilePath(directory).lexicallyNormalized()),
            let data = try? Data(contentsOf: URL(filePath: path.string)), data.count <= Self.largest
        else { return nil }
        return LuaChunk(data, name: name)
    }
}
