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

extension FileOverlay {
    /// What a real run would have changed. In a path, each byte that is not UTF-8 is written as `\xB0`.
    public enum Change: Sendable, Hashable {
        /// A file would have this content, of so many bytes.
        case write(String, bytes: Int64)
        /// A folder would be there.
        case makeFolder(String)
        /// A file, a link or a folder would be gone.
        case remove(String)
        /// A file, a link or a folder with all that is in it would lie at another path.
        case rename(String, to: String)

        /// What was renamed away may have been written anew after that.
        fileprivate var rank: Int {
            if case .rename = self { 0 } else { 1 }
        }

        fileprivate var path: String {
            switch self {
            case .write(let path, _), .makeFolder(let path), .remove(let path), .rename(let path, _): path
            }
        }
    }

    /// What it comes to at the end, each path once, in the order of the paths. What was made and removed again is not
    /// in it.
    public var changes: [Change] {
        state.withLock { state in
            var found: [Change] = []
            var removed: [FilePath] = []
            var renamed: Set<FilePath> = []
            for (folder, entries) in state.tree.entries {
                for (name, entry) in entries {
                    let path = folder.appending(name)
                    switch entry {
                    case .content(let number):
                        var status = stat()
                        let folderDescriptor = state.directory?.descriptor.number ?? -1
                        let isThere = fstatat(folderDescriptor, "\(number)", &status, AT_SYMLINK_NOFOLLOW) == 0
                        found.append(.write(path.shown, bytes: isThere ? Int64(status.st_size) : 0))
                    case .folder(nil): found.append(.makeFolder(path.shown))
                    case .folder(let origin?), .moved(let origin):
                        renamed.insert(origin)
                        // It went along with its folder.
                        if case .folder(let above?) = state.tree[folder], above.appending(name) == origin {
                            continue
                        }
                        if origin != path { found.append(.rename(origin.shown, to: path.shown)) }
                    case .removed: removed.append(path)
                    }
                }
            }
            removed += removedWithFolders(state.tree, renamed: renamed)
            found += removed.filter { !renamed.contains($0) && FileKind($0, followsLast: false) != nil }.map {
                .remove($0.shown)
            }
            return found.sorted { ($0.path, $0.rank) < ($1.path, $1.rank) }
        }
    }

    /// What the disk has in folders that were renamed, and was removed from them after that: of it the tree knows nothing.
    private func removedWithFolders(_ tree: OverlayTree, renamed: Set<FilePath>) -> [FilePath] {
        var gone: [FilePath] = []
        for (folder, entries) in tree.entries {
            for (name, entry) in entries {
                guard case .folder(let origin?) = entry else { continue }
                let now = folder.appending(name)
                let names =
                    (try? OverlayTree(limits: limits).names(in: .init(path: origin, kind: .folder(isNew: false)))) ?? []
                for name in names {
                    let path = origin.appending(name)
                    // A file that was written in its place is listed as written.
                    guard !renamed.contains(path), tree[now.appending(name)] == nil, tree[path] != .removed
                    else { continue }
                    gone.append(path)
                }
            }
        }
        return gone
    }
}
