import Crypto
import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// What one row has looked at: files that it has read, folders that it has listed, and files that were not there. Another state of
/// one of them is a reason to do the row again.
final class RowReads: Sendable {
    private struct State {
        var versions: [FilePath: String] = [:]
        var written: Set<FilePath> = []
    }

    private let state = Mutex(State())

    @Sendable func noteRead(_ path: FilePath) {
        let path = Self.real(path)
        guard state.withLock({ $0.versions[path] == nil }) else { return }
        // As it was when it was opened: a change while the row goes on is one, too.
        guard let version = Self.version(of: path) else { return }
        state.withLock { state in
            if state.versions[path] == nil { state.versions[path] = version }
        }
    }

    @Sendable func noteWrite(_ path: FilePath) {
        let path = Self.real(path)
        state.withLock { _ = $0.written.insert(path) }
    }

    /// The versions by the paths, without those of what the row itself has written, and of folders that it has written into.
    ///
    /// Paths that are not UTF-8 are left out: a journal keeps texts.
    var files: [String: String] {
        let (versions, written) = state.withLock { ($0.versions, $0.written) }
        let own = written.union(written.map { $0.removingLastComponent() })
        var files: [String: String] = [:]
        for (path, version) in versions where !own.contains(path) {
            guard let name = path.text else { continue }
            files[name] = version
        }
        return files
    }

    /// What is another now than it was, has come or is gone; sorted.
    ///
    /// - Parameter folders: The versions of folders that were asked for before: rows look at the same ones.
    static func changes(since files: [String: String], _ folders: inout [String: String?]) -> [String] {
        var changed: [String] = []
        for (path, before) in files {
            let now: String?
            if before.hasPrefix(folderMark) {
                now = folders[path] ?? version(of: FilePath(path))
                folders[path] = .some(now)
            } else {
                now = version(of: FilePath(path))
            }
            if now != before { changed.append(path) }
        }
        return changed.sorted()
    }

    // MARK: Versions

    private static let missing = "missing"
    private static let folderMark = "folder:"

    /// As a journal keeps it: of a regular file its size and times, of a folder a digest of the names in it; nil for anything else.
    private static func version(of path: FilePath) -> String? {
        let version = WatchedVersion(path)
        guard version.isThere else { return missing }
        if let text = version.text { return text }
        guard FileKind(path) == .folder, let names = try? FolderNames.read(path) else { return nil }
        var hasher = SHA256()
        // Not of hidden ones, which are those of temporary files. No name has a zero in it.
        for name in names.filter({ !$0.isHidden }).sorted() { hasher.update(data: name.bytes + [0]) }
        return folderMark + String(hasher.finalize().hexadecimal.prefix(16))
    }

    /// Without links; of what is not there, its folder's real path with the name.
    private static func real(_ path: FilePath) -> FilePath {
        if let real = try? RealPath.resolve(path) { return real }
        var folder = path.lexicallyNormalized()
        var rest: [FilePath.Component] = []
        while let last = folder.lastComponent {
            rest.insert(last, at: 0)
            folder.removeLastComponent()
            if let real = try? RealPath.resolve(folder) { return real.appending(rest) }
        }
        return path
    }
}
