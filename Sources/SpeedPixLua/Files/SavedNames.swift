import ImagingLua
import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// The names under which results of a run were saved: one that another result has is given out again only as
/// ``SaveConflict`` says.
package final class SavedNames: Sendable {
    private struct Entry {
        let result: SavedResult
        /// Whether it was written: a file that the script has removed or renamed since then leaves the name free.
        var isSaved = false
    }

    private let entries = Mutex<[FilePath: Entry]>([:])

    /// Every name is free.
    package init() {}

    /// Saves a result under a name that no other result of the run has.
    ///
    /// - Parameters:
    ///   - path: The path that the script wants; for messages and ``SaveConflict/rename``.
    ///   - result: Nil for what is no result, such as a picture made of nothing: it replaces what is there.
    ///   - earlier: Full paths under which an attempt of this run before has saved the same result: of the names that are free
    ///     it keeps its own.
    ///   - body: Saves it under the path that it gets.
    /// - Throws: ``SpeedPixError`` `invalid_argument` that names both; what `body` throws, whereupon the name is free again.
    func save<Value>(
        _ path: FilePath, of result: SavedResult?, _ conflict: SaveConflict, in files: FileAccess,
        earlier: [FilePath] = [], _ body: (FilePath) async throws -> Value
    ) async throws -> Value {
        guard let result else { return try await body(path) }
        let (chosen, key, isNew) = try claim(path, for: result, conflict, files, earlier)
        do {
            let value = try await body(chosen)
            entries.withLock { $0[key]?.isSaved = true }
            return value
        } catch {
            if isNew { entries.withLock { $0[key] = nil } }
            throw error
        }
    }

    /// Every name is free again: at a prompt, what is typed next is another run.
    func removeAll() { entries.withLock { $0 = [:] } }

    private func claim(
        _ path: FilePath, for result: SavedResult, _ conflict: SaveConflict, _ files: FileAccess, _ earlier: [FilePath]
    ) throws -> (path: FilePath, key: FilePath, isNew: Bool) {
        let wanted = try Self.key(of: path, files)
        return try entries.withLock { entries in
            func isFree(_ key: FilePath) -> Bool {
                guard let entry = entries[key], !result.contains(entry.result) else { return true }
                return entry.isSaved && files.kind(of: key, followsLast: false) == nil
            }
            func take(_ path: FilePath, _ key: FilePath) -> (FilePath, FilePath, Bool) {
                let isNew = entries[key]?.result.identity != result.identity
                entries[key] = Entry(result: result, isSaved: !isNew && entries[key]?.isSaved == true)
                return (path, key, isNew)
            }
            switch conflict {
            case .replace: return take(path, wanted)
            case .error:
                guard isFree(wanted) else {
                    throw Self.taken(path, by: entries[wanted]?.result.name ?? "another", and: result.name)
                }
                return take(path, wanted)
            case .rename:
                // As many names as there are claims, and one more, are always enough.
                let candidates = (1...(entries.count + 1)).lazy.map { number in
                    (Self.numbered(path, number), Self.numbered(wanted, number))
                }
                let own = candidates.first { _, key in
                    entries[key]?.result.identity == result.identity || earlier.contains(key) && isFree(key)
                }
                let (name, key) = own ?? candidates.first { isFree($0.1) } ?? (path, wanted)
                return take(name, key)
            }
        }
    }

    /// Where a file will lie, whatever the path to it.
    private static func key(of path: FilePath, _ files: FileAccess) throws -> FilePath {
        var folder = try files.writable(path)
        var rest: [FilePath.Component] = folder.lastComponent.map { [$0] } ?? []
        folder.removeLastComponent()
        while files.real(folder) == nil, let last = folder.lastComponent {
            rest.insert(last, at: 0)
            folder.removeLastComponent()
        }
        return (files.real(folder) ?? folder).appending(rest)
    }

    /// "a.png" as "a-2.png".
    private static func numbered(_ path: FilePath, _ number: Int) -> FilePath {
        guard number > 1, let name = path.fileName?.bytes else { return path }
        let dot = name.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > name.startIndex ? $0 : nil } ?? name.endIndex
        let numbered = name[..<dot] + Array("-\(number)".utf8) + name[dot...]
        return path.removingLastComponent().appending(FileName(bytes: numbered))
    }

    private static func taken(_ path: FilePath, by first: String, and second: String) -> SpeedPixError {
        SpeedPixError(
            .invalidArgument, "two results of this run would be saved as \(path.shown): \(first), and \(second)",
            remedy: "give each a name of its own, or add { on_conflict = \"rename\" } for"
                + " \(numbered(path, 2).fileName?.shown ?? "name-2"); \"replace\" keeps the later one")
    }
}
