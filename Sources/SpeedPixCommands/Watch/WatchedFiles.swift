import LocalFiles
import Synchronization
import SystemPackage

/// The files that a run has read and the folders that it has listed, as they were when it did.
final class WatchedFiles: Sendable {
    /// A file as it was read.
    private struct Known {
        var version: WatchedVersion
        /// See ``WatchedVersion/content(of:)``.
        var content: Int?

        init(_ path: FilePath) {
            version = WatchedVersion(path)
            content = version.content(of: path)
        }
    }

    private struct State {
        var files: [FilePath: Known] = [:]
        var written: Set<FilePath> = []
        let script: FilePath
    }

    private let state: Mutex<State>

    /// - Parameter script: The first file to be read.
    init(script: String) {
        let script = FilePath(script)
        state = Mutex(State(files: [script: Known(script)], written: [], script: script))
    }

    @Sendable func noteRead(_ path: FilePath) {
        guard state.withLock({ $0.files[path] == nil }) else { return }
        let now = Known(path)
        state.withLock { state in
            if state.files[path] == nil { state.files[path] = now }
        }
    }

    /// What the run itself writes is not a reason to run again.
    @Sendable func noteWrite(_ path: FilePath) {
        state.withLock { _ = $0.written.insert(path) }
    }

    /// Records how the files that the run wrote are, and the folders that they are in, when it has ended.
    func recordWritten() {
        state.withLock { state in
            // What was written was named by a path, what was read is known by its real one.
            let folders = Set(state.written.map { $0.removingLastComponent() })
            let written = Set(state.written.union(folders).compactMap { WatchedVersion($0).inode })
            for path in state.files.keys {
                guard let inode = WatchedVersion(path).inode, written.contains(inode) else { continue }
                state.files[path] = Known(path)
            }
        }
    }

    /// How the files are now, whatever they were.
    var current: [FilePath: WatchedVersion] {
        let paths = state.withLock { Array($0.files.keys) }
        return Dictionary(uniqueKeysWithValues: paths.map { ($0, WatchedVersion($0)) })
    }

    /// "pipeline.lua", "pipeline.lua and 3 other files".
    var description: String {
        state.withLock { state in
            let script = state.script.fileName?.shown ?? "the script"
            let others = state.files.count - 1
            return others > 0 ? "\(script) and \(others) other \(others == 1 ? "file" : "files")" : script
        }
    }

    /// How they were when they were read.
    var known: [FilePath: WatchedVersion] { state.withLock { $0.files.mapValues(\.version) } }

    /// Whether any content is another one than was read. A file that was only touched, or saved as it was, counts as it is now
    /// from then on.
    ///
    /// - Parameter versions: As ``current`` gave them.
    func haveChanged(_ versions: [FilePath: WatchedVersion]) -> Bool {
        let known = state.withLock { $0.files }
        var hasChanged = false
        for (path, version) in versions {
            guard let before = known[path], before.version != version else { continue }
            if let content = before.content, version.content(of: path) == content {
                state.withLock { $0.files[path]?.version = version }
            } else {
                hasChanged = true
            }
        }
        return hasChanged
    }
}
