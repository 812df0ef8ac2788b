import LocalFiles
import SpeedPix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the system calls of the same names do.
extension FileOverlay {
    func makeFolder(_ name: FileName, in folder: FilePath, shownAs shown: String) throws {
        try state.withLock { state in
            let path = folder.appending(name)
            if let node = state.tree.node(at: path, followsLast: false) {
                guard node.isFolder else { throw Descriptor.failure(EEXIST, shown) }
                return
            }
            try state.tree.set(.folder(origin: nil), at: path)
        }
    }

    /// Removes a file, a link or an empty folder.
    func remove(_ name: FileName, in folder: FilePath, shownAs shown: String) throws {
        try state.withLock { state in
            let path = folder.appending(name)
            let node = state.tree.node(at: path, followsLast: false)
            guard let node else { throw Descriptor.failure(ENOENT, shown) }
            if node.isFolder, try !state.tree.names(in: node).isEmpty { throw Descriptor.failure(ENOTEMPTY, shown) }
            try state.tree.remove(path)
            drop(node, &state)
        }
    }

    func rename(
        _ name: FileName, in folder: FilePath, to newName: FileName, in newFolder: FilePath, shownAs shown: String
    ) throws {
        try state.withLock { state in
            let (path, newPath) = (folder.appending(name), newFolder.appending(newName))
            guard let node = state.tree.node(at: path, followsLast: false) else {
                throw Descriptor.failure(ENOENT, shown)
            }
            guard path != newPath else { return }
            let there = state.tree.node(at: newPath, followsLast: false)
            if node.isFolder {
                guard !newPath.isInside(path) else { throw Descriptor.failure(EINVAL, shown) }
                if let there {
                    guard there.isFolder else { throw Descriptor.failure(ENOTDIR, shown) }
                    guard try state.tree.names(in: there).isEmpty else { throw Descriptor.failure(ENOTEMPTY, shown) }
                }
            } else if there?.isFolder == true {
                throw Descriptor.failure(EISDIR, shown)
            }
            let before = state.tree
            do {
                try state.tree.move(node, to: newPath)
            } catch {
                state.tree = before
                throw error
            }
            drop(there, &state)
        }
    }

    /// Whether something could be made in a folder.
    ///
    /// - Throws: ``SpeedPixError`` `file_system` where a real run would be refused by the system.
    func checkWritable(_ folder: FilePath, shownAs shown: String) throws {
        let node = state.withLock { $0.tree.node(at: folder) }
        guard let node, node.isFolder else { throw Descriptor.failure(ENOTDIR, shown) }
        guard node.kind != .folder(isNew: true) else { return }
        guard folder.withPlatformString({ access($0, W_OK | X_OK) }) == 0 else {
            throw Descriptor.failure(errno, shown)
        }
    }
}
