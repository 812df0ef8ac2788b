import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What a dry run writes, removes and renames: nothing of it reaches the files themselves.
///
/// What is written lies in a temporary folder of its own, which is made with the first file and removed by
/// ``discard()``. Reads that are given an overlay see its files before those of the disk; see ``FileAccess/overlay``.
public final class FileOverlay: Sendable {
    /// How much a dry run may keep. Each is a choice: far more than scripts write, and less than disks hold.
    public struct Limits: Sendable {
        /// Bytes of everything that is written; what was removed again does not count. 1 GiB unless set.
        public var bytes: Int64 = 1 << 30
        /// Paths that are written, made, removed or renamed; 100,000 unless set.
        public var paths = 100_000

        /// The limits of a dry run.
        public init() {}

        private static let remedy =
            "run the script on fewer files, or run it really, with --local in a copy of the folder"

        var tooManyBytes: SpeedPixError {
            SpeedPixError(
                .fileSystem, "a dry run keeps at most \(bytes) bytes of what a script writes", remedy: Self.remedy)
        }

        var tooManyPaths: SpeedPixError {
            SpeedPixError(
                .fileSystem, "a dry run keeps at most \(paths) paths that a script changes", remedy: Self.remedy)
        }
    }

    struct State: Sendable {
        var tree: OverlayTree
        /// Where contents lie, each under its number.
        var directory: (path: FilePath, descriptor: Descriptor)?
        /// Bytes written to each content that still has a path.
        var sizes: [Int: Int64] = [:]
        var lastContent = 0
        var bytes: Int64 = 0
    }

    let limits: Limits
    let state: Mutex<State>
    private let temporaryDirectory: String

    /// - Parameter temporaryDirectory: Where the folder is made.
    public init(temporaryDirectory: String, limits: Limits = Limits()) {
        self.temporaryDirectory = temporaryDirectory
        self.limits = limits
        state = Mutex(State(tree: OverlayTree(limits: limits)))
    }

    deinit { discard() }

    /// Drops all changes, and removes the temporary folder. Files that are still open stay readable.
    public func discard() {
        state.withLock { state in
            if let (path, descriptor) = state.directory {
                for number in 0...state.lastContent { unlinkat(descriptor.number, "\(number)", 0) }
                _ = path.withPlatformString { rmdir($0) }
            }
            state = State(tree: OverlayTree(limits: limits))
        }
    }

    // MARK: Looking up

    /// The real path; nil if nothing is there.
    func real(_ path: FilePath) -> FilePath? {
        // Without changes the system's own answer is both right and faster.
        state.withLock { $0.tree.isEmpty ? FileAccess.real(path) : $0.tree.node(at: path)?.path }
    }

    func kind(of path: FilePath, followsLast: Bool = true) -> FileKind? {
        guard let node = state.withLock({ $0.tree.node(at: path, followsLast: followsLast) }) else { return nil }
        switch node.kind {
        case .folder: return .folder
        case .content: return .file
        case .disk(let diskPath):
            return FileKind(diskPath, followsLast: false)
        }
    }

    /// Names in a folder, if nothing of it is read from the disk; nil for any other.
    func newNames(in folder: FilePath) -> [FileName]? {
        state.withLock { state in
            guard let node = state.tree.node(at: folder), node.kind == .folder(isNew: true) else { return nil }
            return state.tree.merged([], in: node.path).sorted()
        }
    }

    /// The names that the disk has in a folder with what was changed about them.
    func merged(_ names: [FileName], in folder: FilePath) -> [FileName] {
        state.withLock { $0.tree.merged(Set(names), in: folder).sorted() }
    }

    /// Where a file is to be read.
    enum Reading {
        /// At this path of the disk.
        case disk(FilePath)
        /// From what was written.
        case content(Descriptor)
        case folder
    }

    /// - Parameter real: From ``real(_:)``.
    func reading(_ real: FilePath, shownAs name: String) throws -> Reading {
        try state.withLock { state in
            switch state.tree.node(at: real, followsLast: false)?.kind {
            case .content(let number): .content(try Self.open(number, flags: O_RDONLY, state: state, name: name))
            case .disk(let diskPath): .disk(diskPath)
            case .folder: .folder
            case nil: throw Descriptor.failure(ENOENT, name)
            }
        }
    }

    // MARK: Contents

    private static func open(
        _ number: Int, flags: Int32, state: State, name: String,
        willWrite: (@Sendable (Int) throws -> Void)? = nil
    ) throws -> Descriptor {
        guard let directory = state.directory else { throw Descriptor.failure(ENOENT, name) }
        return try Descriptor.opening(
            FilePath("\(number)"), flags | O_NOFOLLOW, in: directory.descriptor, shownAs: name, willWrite: willWrite)
    }

    /// A new content without a path, and the number that it has.
    private func makeContent(_ state: inout State, _ name: String) throws -> Int {
        if state.directory == nil {
            var template = Array(FilePath(temporaryDirectory).appending("speedpix-dry-run-XXXXXX").string.utf8CString)
            guard mkdtemp(&template) != nil else { throw Descriptor.failure(errno, temporaryDirectory) }
            let path = FilePath(platformString: template)
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
            state.directory = (path, try Descriptor.opening(path, flags, shownAs: path.shown))
        }
        state.lastContent += 1
        _ = try Self.open(state.lastContent, flags: O_WRONLY | O_CREAT | O_EXCL, state: state, name: name)
        state.sizes[state.lastContent] = 0
        return state.lastContent
    }

    /// Counts bytes that are about to be written.
    private func reserve(_ bytes: Int, for number: Int, _ state: inout State) throws {
        guard state.bytes + Int64(bytes) <= limits.bytes else { throw limits.tooManyBytes }
        state.bytes += Int64(bytes)
        // One that has no path any more takes its space as long as it is open: that stays counted.
        state.sizes[number]? += Int64(bytes)
    }

    func drop(_ node: OverlayTree.Node?, _ state: inout State) {
        guard case .content(let number)? = node?.kind else { return }
        state.bytes -= state.sizes.removeValue(forKey: number) ?? 0
        if let directory = state.directory { unlinkat(directory.descriptor.number, "\(number)", 0) }
    }

    /// Opens a file for writing, as `openat(2)` does with `O_NOFOLLOW`; what is on the disk is copied first unless the
    /// flags empty it.
    ///
    /// - Parameter mayCopy: Whether a file of the disk, by its path there, may be read for that.
    func open(
        _ name: FileName, in folder: FilePath, _ flags: Int32, mayCopy: (FilePath) -> Bool, shownAs shown: String
    ) throws -> Descriptor {
        try state.withLock { state in
            let path = folder.appending(name)
            let number: Int
            let node = state.tree.node(at: path, followsLast: false)
            if node != nil, flags & O_EXCL != 0 { throw Descriptor.failure(EEXIST, shown) }
            switch node?.kind {
            case .folder: throw Descriptor.failure(EISDIR, shown)
            case .content(let known):
                number = known
                if flags & O_TRUNC != 0 { state.bytes -= state.sizes.updateValue(0, forKey: known) ?? 0 }
            case .disk(let diskPath):
                guard OverlayTree.target(of: diskPath) == nil else { throw Descriptor.failure(ELOOP, shown) }
                guard FileKind(diskPath, followsLast: false) == .file else {
                    throw SpeedPixError(.invalidArgument, "\(shown) is not a regular file")
                }
                guard mayCopy(diskPath) else { throw FileAccess.withheld(shown) }
                guard diskPath.withPlatformString({ access($0, W_OK) }) == 0 else {
                    throw Descriptor.failure(errno, shown)
                }
                number = try makeContent(at: path, copying: flags & O_TRUNC == 0 ? diskPath : nil, &state, shown)
            case nil:
                guard flags & O_CREAT != 0 else { throw Descriptor.failure(ENOENT, shown) }
                number = try makeContent(at: path, copying: nil, &state, shown)
            }
            return try Self.open(number, flags: flags & ~(O_CREAT | O_EXCL), state: state, name: shown) {
                [self] bytes in
                try self.state.withLock { try reserve(bytes, for: number, &$0) }
            }
        }
    }

    /// A new content that lies at a path, with what a file of the disk has.
    private func makeContent(
        at path: FilePath, copying diskPath: FilePath?, _ state: inout State, _ name: String
    ) throws -> Int {
        let number = try makeContent(&state, name)
        do {
            if let diskPath { try copy(diskPath, to: number, state: &state, name: name) }
            try state.tree.set(.content(number), at: path)
            return number
        } catch {
            drop(OverlayTree.Node(path: path, kind: .content(number)), &state)
            throw error
        }
    }

    private func copy(_ diskPath: FilePath, to number: Int, state: inout State, name: String) throws {
        let source = OpenFile(try Descriptor.opening(diskPath, O_RDONLY | O_NOFOLLOW, shownAs: name), name: name)
        // A link that was put into the path meanwhile would lead to a file that was not judged. Disks that ignore the case of
        // names may give the path in another one.
        let now = source.descriptor.path
        guard now == diskPath || now?.text?.lowercased() == diskPath.text?.lowercased() && now?.text != nil else {
            throw FileAccess.notWritable(name)
        }
        let target = try Self.open(number, flags: O_WRONLY, state: state, name: name)
        try source.forEachPiece { piece in
            try reserve(piece.count, for: number, &state)
            try target.write(Array(piece), shownAs: name)
        }
    }
}
