import LocalFiles
import Synchronization
import SystemPackage

/// The files that one row has read, with their versions: another version of one of them is a reason to do the row again.
final class RowReads: Sendable {
    private struct State {
        var versions: [FilePath: WatchedVersion] = [:]
        var written: Set<FilePath> = []
    }

    private let state = Mutex(State())

    @Sendable func noteRead(_ path: FilePath) {
        guard state.withLock({ $0.versions[path] == nil }) else { return }
        // As it was when it was opened: a change while the row goes on is one, too.
        let version = WatchedVersion(path)
        state.withLock { state in
            if state.versions[path] == nil { state.versions[path] = version }
        }
    }

    @Sendable func noteWrite(_ path: FilePath) { state.withLock { _ = $0.written.insert(path) } }

    /// The versions of the regular files by their paths, without those that the row itself has written.
    ///
    /// Paths that are not UTF-8 are left out: a journal keeps texts.
    var files: [String: String] {
        let (versions, written) = state.withLock { ($0.versions, $0.written) }
        var files: [String: String] = [:]
        for (path, version) in versions where !written.contains(path) {
            guard let name = path.text, let text = version.text else { continue }
            files[name] = text
        }
        return files
    }

    /// The files that are others now than they were read, or are gone; sorted.
    static func changes(since files: [String: String]) -> [String] {
        files.filter { path, version in WatchedVersion(FilePath(path)).text != version }.map(\.key).sorted()
    }
}
