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
        case folder(origin: String?)
        /// A file that was written; the number of its content.
        case content(Int)
        /// A file or link that was renamed: it lies at another path of the disk.
        case moved(from: String)
    }

    /// What lies at a path.
    struct Node: Equatable {
        enum Kind: Equatable {
            /// `isNew`: Nothing of it is read from the disk.
            case folder(isNew: Bool)
            case content(Int)
            /// A file, a link or a special file of the disk, and its path there.
            case disk(String)
        }

        /// The real path, as the script knows it.
        let path: String
        let kind: Kind

        var isFolder: Bool {
            if case .folder = kind { true } else { false }
        }
    }

    /// By the folder's path and the name in it.
    private(set) var entries: [String: [String: Entry]] = [:]
    private(set) var count = 0
    let limits: FileOverlay.Limits

    init(limits: FileOverlay.Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { count == 0 }

    /// As many as Linux follows in one path (`path_resolution(7)`).
    private static let mostLinks = 40
    private static let root = Node(path: "/", kind: .folder(isNew: false))

    static func join(_ folder: String, _ name: String) -> String {
        folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    static func split(_ path: String) -> (folder: String, name: String) {
        let path = FilePath(path)
        return (path.removingLastComponent().string, path.lastComponent?.string ?? "")
    }

    subscript(_ path: String) -> Entry? {
        let (folder, name) = Self.split(path)
        return entries[folder]?[name]
    }

    // MARK: Looking up

    /// What a path leads to, as `realpath(3)` finds it; nil if nothing is there.
    ///
    /// - Parameter followsLast: Whether a link at the end is followed.
    func node(at path: String, followsLast: Bool = true) -> Node? {
        var rest = Array(FilePath(path).components.reversed())
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
            guard let child = child(component.string, of: current) else { return nil }
            guard case .disk(let diskPath) = child.kind, followsLast || !rest.isEmpty,
                let target = Self.target(of: diskPath)
            else {
                current = child
                continue
            }
            links += 1
            guard links <= Self.mostLinks else { return nil }
            let way = FilePath(target)
            if way.isAbsolute { current = Self.root }
            rest += way.components.reversed()
        }
        return current
    }

    private func isNewFolder(_ path: String) -> Bool {
        if case .folder? = self[path] { true } else { false }
    }

    /// What has this name in a folder; links are not followed.
    func child(_ name: String, of folder: Node) -> Node? {
        guard case .folder(let isNew) = folder.kind else { return nil }
        let path = Self.join(folder.path, name)
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
    static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlink(path, &buffer, buffer.count - 1) > 0 else { return nil }
        return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }

    /// What lies in a folder, in no order.
    ///
    /// - Throws: ``SpeedPixError`` `file_system` with the system's reason.
    func names(in folder: Node) throws -> Set<String> {
        guard case .folder(let isNew) = folder.kind else { throw Descriptor.failure(ENOTDIR, folder.path) }
        var names: Set<String> = []
        if !isNew {
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
            let descriptor = try Descriptor.opening(folder.path, flags, shownAs: folder.path)
            names = Set(try FolderListing.names(in: descriptor, shownAs: folder.path))
        }
        return merged(names, in: folder.path)
    }

    /// The names that the disk has in a folder with what was changed about them.
    func merged(_ names: Set<String>, in folder: String) -> Set<String> {
        var names = names
        for (name, entry) in entries[folder] ?? [:] {
            if entry == .removed { names.remove(name) } else { names.insert(name) }
        }
        return names
    }

    // MARK: Changing

    /// - Throws: ``SpeedPixError`` `file_system` if there would be too many.
    mutating func set(_ entry: Entry, at path: String) throws {
        let (folder, name) = Self.split(path)
        if entries[folder]?[name] == nil {
            guard count < limits.paths else { throw limits.tooManyPaths }
            count += 1
        }
        entries[folder, default: [:]][name] = entry
    }

    private mutating func forget(_ path: String) {
        let (folder, name) = Self.split(path)
        if entries[folder]?.removeValue(forKey: name) != nil { count -= 1 }
        if entries[folder]?.isEmpty == true { entries[folder] = nil }
    }

    /// Takes away what lies at a path; what the disk has there is not seen from now on.
    mutating func remove(_ path: String) throws {
        let (folder, name) = Self.split(path)
        forget(path)
        guard let parent = node(at: folder), child(name, of: parent) != nil else { return }
        try set(.removed, at: path)
    }

    /// Makes `node`, with everything in it, lie at `path` as well.
    private mutating func put(_ node: Node, at path: String) throws {
        switch node.kind {
        case .content(let number): try set(.content(number), at: path)
        case .disk(let diskPath):
            forget(path)
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
                try put(child, at: Self.join(path, name))
            }
        }
    }

    /// Moves what lies at `node` to another path, over whatever is there.
    ///
    /// - Throws: ``SpeedPixError`` `file_system`; the tree may be half changed then.
    mutating func move(_ node: Node, to path: String) throws {
        try put(node, at: path)
        if node.isFolder { forgetAll(below: node.path) }
        try remove(node.path)
    }

    /// Forgets what was made in a folder; what was taken out of it stays taken out.
    private mutating func forgetAll(below folder: String) {
        for other in entries.keys where other == folder || other.hasPrefix(folder + "/") {
            for (name, entry) in entries[other] ?? [:] where entry != .removed { forget(Self.join(other, name)) }
        }
    }
}
