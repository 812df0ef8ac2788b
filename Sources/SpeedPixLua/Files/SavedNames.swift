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

    /// A result that was saved under a name of its own.
    private struct Renaming: Hashable {
        let identity: String
        let wanted: FilePath
    }

    private struct State {
        var entries: [FilePath: Entry] = [:]
        /// The numbers in the names that results got which were renamed.
        var numbers: [Renaming: Int] = [:]
    }

    /// A name for a result.
    private struct Claim {
        /// As the script can use it.
        let path: FilePath
        /// Where the file will lie.
        let key: FilePath
        /// Whether another result, or none, had it.
        let isNew: Bool
        /// Its number, for a name that may have one.
        var number: Int?
    }

    private let state = Mutex(State())
    private let shared: (any SharedNames)?

    /// Every name is free, but for those that other runs have.
    ///
    /// - Parameter shared: Nil for a run that saves alone.
    package init(shared: (any SharedNames)? = nil) {
        self.shared = shared
    }

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
        let claim = try await claimEverywhere(path, for: result, conflict, files, earlier)
        do {
            let value = try await body(claim.path)
            state.withLock { $0.entries[claim.key]?.isSaved = true }
            shared?.noteSaved(claim.key)
            return value
        } catch {
            giveBack(claim)
            throw error
        }
    }

    private func giveBack(_ claim: Claim) {
        guard claim.isNew else { return }
        state.withLock { $0.entries[claim.key] = nil }
        shared?.giveBack(claim.key)
    }

    /// Every name is free again: at a prompt, what is typed next is another run.
    func removeAll() { state.withLock { $0 = State() } }

    /// A name that is free on this machine, and then on all others.
    private func claimEverywhere(
        _ path: FilePath, for result: SavedResult, _ conflict: SaveConflict, _ files: FileAccess, _ earlier: [FilePath]
    ) async throws -> Claim {
        let wanted = try Self.key(of: path, files)
        var least = 1
        while true {
            let claim = try claim(path, wanted, for: result, conflict, files, earlier, least)
            guard let shared else { return claim }
            do {
                guard let other = try await shared.takeElsewhere(claim.key, for: result.name), conflict != .replace
                else { return claim }
                guard let number = claim.number else { throw Self.taken(path, by: other, and: result.name) }
                least = try await NumberSearch.firstAwaited(from: number + 1) { number in
                    try await shared.ownerElsewhere(of: Self.numbered(wanted, number)) == nil
                }
            } catch {
                giveBack(claim)
                throw error
            }
            giveBack(claim)
            state.withLock { $0.numbers[Renaming(identity: result.identity, wanted: wanted)] = nil }
        }
    }

    /// - Parameter least: The lowest number that a name may get, unless the result has one already.
    private func claim(
        _ path: FilePath, _ wanted: FilePath, for result: SavedResult, _ conflict: SaveConflict, _ files: FileAccess,
        _ earlier: [FilePath], _ least: Int
    ) throws -> Claim {
        try state.withLock { state in
            if conflict == .rename { return try renamed(path, wanted, result, files, earlier, least, &state) }
            if conflict == .error, let other = Self.owner(of: wanted, than: result, state.entries, files) {
                throw Self.taken(path, by: other, and: result.name)
            }
            if let other = try shared?.take(
                wanted, for: result.name, replaces: conflict == .replace, isGone: { Self.isGone(wanted, files) })
            {
                throw Self.taken(path, by: other, and: result.name)
            }
            return Self.take(path, wanted, for: result, &state)
        }
    }

    /// The name that the result has already, else the first that is free.
    private func renamed(
        _ path: FilePath, _ wanted: FilePath, _ result: SavedResult, _ files: FileAccess, _ earlier: [FilePath],
        _ least: Int, _ state: inout State
    ) throws -> Claim {
        let renaming = Renaming(identity: result.identity, wanted: wanted)
        var number = state.numbers[renaming]
        if number == nil, least == 1, state.entries[wanted]?.result.identity == result.identity { number = 1 }
        if number == nil {
            let own = (earlier + (try shared?.earlier() ?? [])).compactMap { Self.number(of: $0, wanted) }.sorted()
            number = try own.first {
                try $0 >= least && isFree(Self.numbered(wanted, $0), for: result, state.entries, files)
            }
        }
        while true {
            let chosen =
                try number
                ?? NumberSearch.first(from: least) {
                    try isFree(Self.numbered(wanted, $0), for: result, state.entries, files)
                }
            let key = Self.numbered(wanted, chosen)
            let other = try shared?.take(key, for: result.name, replaces: false) { Self.isGone(key, files) }
            if other == nil {
                state.numbers[renaming] = chosen
                var claim = Self.take(Self.numbered(path, chosen), key, for: result, &state)
                claim.number = chosen
                return claim
            }
            // Another run has taken it meanwhile.
            number = nil
        }
    }

    private func isFree(
        _ key: FilePath, for result: SavedResult, _ entries: [FilePath: Entry], _ files: FileAccess
    ) throws -> Bool {
        guard Self.owner(of: key, than: result, entries, files) == nil else { return false }
        return try shared?.owner(of: key) { Self.isGone(key, files) } == nil
    }

    /// What of this run has a name that is not free for a result.
    private static func owner(
        of key: FilePath, than result: SavedResult, _ entries: [FilePath: Entry], _ files: FileAccess
    ) -> String? {
        guard let entry = entries[key], !result.contains(entry.result), !(entry.isSaved && isGone(key, files)) else {
            return nil
        }
        return entry.result.name
    }

    private static func isGone(_ key: FilePath, _ files: FileAccess) -> Bool {
        files.kind(of: key, followsLast: false) == nil
    }

    private static func take(
        _ path: FilePath, _ key: FilePath, for result: SavedResult, _ state: inout State
    ) -> Claim {
        let isNew = state.entries[key]?.result.identity != result.identity
        state.entries[key] = Entry(result: result, isSaved: !isNew && state.entries[key]?.isSaved == true)
        return Claim(path: path, key: key, isNew: isNew)
    }

    // MARK: Names

    /// Where a file will lie, whatever the path to it.
    private static func key(of path: FilePath, _ files: FileAccess) throws -> FilePath {
        let path = try files.writable(path)
        let folder = files.realPlace(path.removingLastComponent())
        // A link at its end is replaced, not followed.
        guard let name = path.lastComponent else { return folder }
        return folder.appending(name)
    }

    /// "a.png" as "a-2.png".
    private static func numbered(_ path: FilePath, _ number: Int) -> FilePath {
        guard number > 1, let name = path.fileName?.bytes else { return path }
        let dot = name.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > name.startIndex ? $0 : nil } ?? name.endIndex
        let numbered = name[..<dot] + Array("-\(number)".utf8) + name[dot...]
        return path.removingLastComponent().appending(FileName(bytes: numbered))
    }

    /// Of "a-2.png" 2, if "a.png" was wanted; nil for what ``numbered(_:_:)`` does not make of it.
    private static func number(of path: FilePath, _ wanted: FilePath) -> Int? {
        if path == wanted { return 1 }
        guard let name = path.fileName?.bytes, let base = wanted.fileName?.bytes else { return nil }
        let same = zip(name, base).prefix { $0 == $1 }.count
        // Behind what both begin with there are the hyphen and digits, the first of which may be in both.
        let digits = name[same...].drop { $0 == UInt8(ascii: "-") }.prefix { (0x30...0x39).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)), number > 1,
            numbered(wanted, number) == path
        else { return nil }
        return number
    }

    private static func taken(_ path: FilePath, by first: String, and second: String) -> SpeedPixError {
        SpeedPixError(
            .invalidArgument, "two results of this run would be saved as \(path.shown): \(first), and \(second)",
            remedy: "give each a name of its own, or add { on_conflict = \"rename\" } for"
                + " \(numbered(path, 2).fileName?.shown ?? "name-2"); \"replace\" keeps the later one")
    }
}
