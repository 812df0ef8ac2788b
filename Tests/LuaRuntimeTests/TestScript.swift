import LuaRuntime

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The Lua files beside the tests, read from where they were compiled.
enum TestScript {
    static let folder = "\(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))/Scripts"

    static func chunk(_ name: String) throws -> LuaChunk {
        LuaChunk(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), name: name)
    }

    /// The names of a folder's Lua files, in order.
    static func names(in name: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []
        return files.filter { $0.hasSuffix(".lua") }.sorted()
    }
}
