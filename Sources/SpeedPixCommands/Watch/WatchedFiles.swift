import LocalFiles
import Synchronization
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The files that a run has read, as they were when it read them.
final class WatchedFiles: Sendable {
    private struct State {
        var files: [FilePath: Version] = [:]
        var written: Set<FilePath> = []
        let script: FilePath
    }

    private let state: Mutex<State>

    /// - Parameter script: The first file to be read.
    init(script: String) {
        let script = FilePath(script)
        state = Mutex(State(files: [script: Version(script)], written: [], script: script))
    }

    @Sendable func noteRead(_ path: FilePath) {
        let now = Version(path)
        state.withLock { state in
            if state.files[path] == nil { state.files[path] = now }
        }
    }

    /// What the run itself writes is not a reason to run again.
    @Sendable func noteWrite(_ path: FilePath) {
        state.withLock { _ = $0.written.insert(path) }
    }

    /// Records the versions of the files that the run wrote, when it has ended.
    func recordWritten() {
        state.withLock { state in
            // What was written was named by a path, what was read is known by its real one.
            let written = Set(state.written.compactMap { Version($0).inode })
            for path in state.files.keys {
                let now = Version(path)
                if let inode = now.inode, written.contains(inode) { state.files[path] = now }
            }
        }
    }

    /// How the files are now, whatever they were.
    var current: [FilePath: Version] {
        let paths = state.withLock { Array($0.files.keys) }
        return Dictionary(uniqueKeysWithValues: paths.map { ($0, Version($0)) })
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
    var known: [FilePath: Version] { state.withLock { $0.files } }

    /// What tells one state of a file from another; of one that is gone, nothing.
    struct Version: Hashable, Sendable {
        /// Nil if there is no file.
        private(set) var inode: UInt64?
        var isThere: Bool { inode != nil }
        private var size: Int64 = 0
        private var seconds = 0
        private var nanoseconds = 0

        init(_ path: FilePath) {
            var status = stat()
            guard path.withPlatformString({ stat($0, &status) }) == 0 else { return }
            inode = UInt64(truncatingIfNeeded: status.st_ino)
            size = Int64(status.st_size)
            #if canImport(Darwin)
            seconds = status.st_mtimespec.tv_sec
            nanoseconds = status.st_mtimespec.tv_nsec
            #else
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            #endif
        }
    }
}
