import LocalFiles
import Synchronization
import SystemPackage

/// Files and folders that no script may reach, whatever they are called by then.
final class WithheldFiles: Sendable {
    /// What is remembered of other files at most; about 16 MB.
    private static let mostOthers = 200_000

    let paths: [String]
    private let files: [FilePath]
    /// The same, and where each of them really lies: whatever is or comes there is withheld.
    private let places: [FilePath]
    private let state: Mutex<State>

    private struct State {
        /// What was found at the paths: it stays withheld, also after it was renamed.
        var known: Set<FileIdentity> = []
        /// What was seen elsewhere, and is none of them. Looking at all the paths for each file that a script names would be most
        /// of what naming it costs.
        var others: Set<FileIdentity> = []
    }

    init(_ paths: [String]) {
        var seen: Set<String> = []
        self.paths = paths.filter { seen.insert($0).inserted }
        files = self.paths.map { FilePath($0) }
        places = Array(Set((files + files.map { FileAccess.realPlace($0) }).map { $0.lexicallyNormalized() }))
        state = Mutex(State())
        refresh()
    }

    /// Looks at all of the paths, of which some come into being while the script runs, such as a journal.
    ///
    /// It has to be called before a folder is renamed: what lies in it would come to another path without having been seen.
    func refresh() {
        guard !files.isEmpty else { return }
        state.withLock { refresh(&$0) }
    }

    private func refresh(_ state: inout State) {
        state.known.formUnion(files.compactMap(FileIdentity.init))
        state.others.subtract(state.known)
    }

    /// Whether it is one of them, or lies in one of them.
    ///
    /// - Parameter real: A real path, or that of something which is not there yet.
    func contains(_ real: FilePath) -> Bool {
        guard !files.isEmpty else { return false }
        // Before what is remembered of other files: one that was seen elsewhere may have been moved here, or have left its inode
        // to a file that came here after it was removed.
        if places.contains(where: { real.isInside($0) }) { return true }
        var identities: [FileIdentity] = []
        var path = real
        while !path.components.isEmpty {
            // A hard link is the same file under another path.
            if let own = FileIdentity(path) { identities.append(own) }
            path.removeLastComponent()
        }
        return state.withLock { state in
            guard !identities.allSatisfy(state.others.contains) else { return false }
            // One that is new may be a path's file that was not there before.
            refresh(&state)
            if identities.contains(where: state.known.contains) { return true }
            if state.others.count > Self.mostOthers { state.others.removeAll() }
            state.others.formUnion(identities)
            return false
        }
    }
}
