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

/// What a dry run has changed about the file system, by real paths. Everything else is as the disk has it.
///
/// It only reads the disk. A value: a change of several steps that fails is undone by keeping the value from before.
struct OverlayTree: Sendable {
    enum Entry: Sendable, Equatable {
        case removed
        /// A folder of which nothing is read from the disk; `origin` is where it lay on the disk before a rename.
        case folder(origin: FilePath?)
        /// A file that was written; the number of its content.
        case content(Int)
        /// A file or link that was renamed: it lies at another path of the disk.
        case moved(from: FilePath)
    }

    /// What lies at a path.
    struct Node: Equatable {
        enum Kind: Equatable {
            /// `isNew`: Nothing of it is read from the disk.
            case folder(isNew: Bool)
            case content(Int)
            /// A file, a link or a special file of the disk, and its path there.
            case disk(FilePath)
        }

        /// The real path, as the script knows it.
        let path: FilePath
        let kind: Kind

        var isFolder: Bool {
            if case .folder = kind { true } else { false }
        }
    }

    /// By the folder's path and the name in it.
    private(set) var entries: [FilePath: [FileName: Entry]] = [:]
    private(set) var count = 0
    let limits: FileOverlay.Limits

    init(limits: FileOverlay.Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { count == 0 }

    /// As many as Linux follows in one path (`path_resolution(7)`).
    private static let mostLinks = 40
    private static let root = Node(path: "/", kind: .folder(isNew: false))

    static func split(_ path: FilePath) -> (folder: FilePath, name: FileName) {
        (path.removingLastComponent(), path.fileName ?? "")
    }

    subscript(_ path: FilePath) -> Entry? {
        let (folder, name) = Self.split(path)
        return entries[folder]?[name]
    }

    // MARK: Looking up

    /// What a path leads to, as `realpath(3)` finds it; nil if nothing is there.
    ///
    /// - Parameter followsLast: Whether a link at the end is followed.
    func node(at path: FilePath, followsLast: Bool = true) -> Node? {
        var rest = Array(path.components.reversed())
        var current = Self.root
        var links = 0
        while let component = rest.popLast() {
            guard current.isFolder else { return nil }
            switch component.kind {
            case .currentDirectory: continue
            case .parentDirectory:
                let parent = Self.split(current.path).folder
                current = Node(path: parent, kind: .folder(isNew: isNewFolder(parent)))
                continue
            case .regular: break
            }
            guard let child = child(FileName(component), of: current) else { return nil }
            guard case .disk(let diskPath) = child.kind, followsLast || !rest.isEmpty,
                let target = Self.target(of: diskPath)
            else {
                current = child
                continue
            }
            links += 1
            guard links <= Self.mostLinks else { return nil }
            if target.isAbsolute { current = Self.root }
            rest += target.components.reversed()
        }
        return current
    }

    private func isNewFolder(_ path: FilePath) -> Bool {
        if case .folder? = self[path] { true } else { false }
    }

    /// What has this name in a folder; links are not followed.
    func child(_ name: FileName, of folder: Node) -> Node? {
        guard case .folder(let isNew) = folder.kind else { return nil }
        let path = folder.path.appending(name)
        switch entries[folder.path]?[name] {
        case .removed: return nil
        case .folder: return Node(path: path, kind: .folder(isNew: true))
        case .content(let number): return Node(path: path, kind: .content(number))
        case .moved(let diskPath): return Node(path: path, kind: .disk(diskPath))
        case nil:
            guard !isNew, let kind = FileKind(path, followsLast: false) else { return nil }
            return Node(path: path, kind: kind == .folder ? .folder(isNew: false) : .disk(path))
        }
    }

    /// Where a link leads; nil for what is not a link.
    static func target(of path: FilePath) -> FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = path.withPlatformString { readlink($0, &buffer, buffer.count - 1) }
        return count > 0 ? FilePath(platformString: buffer) : nil
    }

    /// What lies in a folder, in no order.
    ///
    /// - Throws: ``SpeedPixError`` `file_system` with the system's reason.
    func names(in folder: Node) throws -> Set<FileName> {
        guard case .folder(let isNew) = folder.kind else { throw Descriptor.failure(ENOTDIR, folder.path.shown) }
        var names: Set<FileName> = []
        if !isNew {
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
            let descriptor = try Descriptor.opening(folder.path, flags, shownAs: folder.path.shown)
            names = Set(try FolderListing.names(in: descriptor, shownAs: folder.path.shown))
        }
        return merged(names, in: folder.path)
    }

    /// The names that the disk has in a folder with what was changed about them.
    func merged(_ names: Set<FileName>, in folder: FilePath) -> Set<FileName> {
        var names = names
        for (name, entry) in entries[folder] ?? [:] {
            if entry == .removed { names.remove(name) } else { names.insert(name) }
        }
        return names
    }

    // MARK: Changing

    /// - Throws: ``SpeedPixError`` `file_system` if there would be too many.
    mutating func set(_ entry: Entry, at path: FilePath) throws {
        let (folder, name) = Self.split(path)
        if entries[folder]?[name] == nil {
            guard count < limits.paths else { throw limits.tooManyPaths }
            count += 1
        }
        entries[folder, default: [:]][name] = entry
    }

    private mutating func removeEntry(_ path: FilePath) {
        let (folder, name) = Self.split(path)
        if entries[folder]?.removeValue(forKey: name) != nil { count -= 1 }
        if entries[folder]?.isEmpty == true { entries[folder] = nil }
    }

    /// Takes away what lies at a path; what the disk has there is not seen from now on.
    mutating func remove(_ path: FilePath) throws {
        let (folder, name) = Self.split(path)
        removeEntry(path)
        guard let parent = node(at: folder), child(name, of: parent) != nil else { return }
        try set(.removed, at: path)
    }

    /// Makes `node`, with everything in it, lie at `path` as well.
    private mutating func put(_ node: Node, at path: FilePath) throws {
        switch node.kind {
        case .content(let number): try set(.content(number), at: path)
        case .disk(let diskPath):
            removeEntry(path)
            // Back where the disk has it, it is not a change.
            let (folder, name) = Self.split(path)
            if diskPath == path, let parent = self.node(at: folder), child(name, of: parent) != nil { return }
            try set(.moved(from: diskPath), at: path)
        case .folder(let isNew):
            var origin = isNew ? nil : node.path
            if case .folder(let known)? = self[node.path] { origin = known }
            let names = try names(in: node)
            try set(.folder(origin: origin), at: path)
            for name in names {
                guard let child = child(name, of: node) else { continue }
                try put(child, at: path.appending(name))
            }
        }
    }

    /// Moves what lies at `node` to another path, over whatever is there.
    ///
    /// - Throws: ``SpeedPixError`` `file_system`; the tree may be half changed then.
    mutating func move(_ node: Node, to path: FilePath) throws {
        try put(node, at: path)
        if node.isFolder { removeEntries(below: node.path) }
        try remove(node.path)
    }

    /// Drops what was made in a folder; what was removed from it stays removed.
    private mutating func removeEntries(below folder: FilePath) {
        for other in entries.keys where other.isInside(folder) {
            for (name, entry) in entries[other] ?? [:] where entry != .removed { removeEntry(other.appending(name)) }
        }
    }
}
