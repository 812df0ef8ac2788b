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

/// A folder that a script may write to, held open: what is made in it stays in it, whatever happens to its path.
final class WritableFolder: Sendable {
    private enum Backing {
        case disk(Descriptor)
        /// A real path of the overlay.
        case overlay(FileOverlay, FilePath)
    }

    private let backing: Backing
    private let mayCopy: @Sendable (FilePath) -> Bool
    /// Its full path, as the script has named it.
    let path: FilePath

    fileprivate init(_ descriptor: Descriptor, path: FilePath) {
        backing = .disk(descriptor)
        mayCopy = { _ in true }
        self.path = path
    }

    /// - Parameter mayCopy: Whether a file of the disk may be read to be changed in the overlay.
    init(_ overlay: FileOverlay, _ real: FilePath, path: FilePath, mayCopy: @escaping @Sendable (FilePath) -> Bool) {
        backing = .overlay(overlay, real)
        self.mayCopy = mayCopy
        self.path = path
    }

    /// A path that leads into this very folder while the value lives, for code that takes only paths; nil in an
    /// overlay, whose files have no such paths.
    func reachablePath(of name: FileName) -> FilePath? {
        guard case .disk(let descriptor) = backing else { return nil }
        #if os(Linux)
        return FilePath("/proc/self/fd/\(descriptor.number)").appending(name)
        #else
        // There is no way through a descriptor here; the folder was checked when it was opened.
        return path.appending(name)
        #endif
    }

    func fullPath(of name: FileName) -> FilePath {
        path.appending(name)
    }

    /// Opens a file in it for writing; never through a link.
    func open(_ name: FileName, _ flags: Int32) throws -> Descriptor {
        let shown = fullPath(of: name).shown
        return switch backing {
        case .disk(let descriptor):
            try Descriptor.opening(FilePath(bytes: name.bytes), flags | O_NOFOLLOW, in: descriptor, shownAs: shown)
        case .overlay(let overlay, let real):
            try overlay.open(name, in: real, flags, mayCopy: mayCopy, shownAs: shown)
        }
    }

    func isFolder(_ name: FileName) -> Bool {
        switch backing {
        case .disk(let descriptor):
            var status = stat()
            let result = name.withCString { fstatat(descriptor.number, $0, &status, AT_SYMLINK_NOFOLLOW) }
            return result == 0 && FileKind(status) == .folder
        case .overlay(let overlay, let real):
            return overlay.kind(of: real.appending(name), followsLast: false) == .folder
        }
    }

    func makeFolder(_ name: FileName) throws {
        switch backing {
        case .disk(let descriptor):
            guard name.withCString({ mkdirat(descriptor.number, $0, 0o777) }) == 0 || errno == EEXIST && isFolder(name)
            else {
                throw Descriptor.failure(errno, fullPath(of: name).shown)
            }
        case .overlay(let overlay, let real):
            try overlay.makeFolder(name, in: real, shownAs: fullPath(of: name).shown)
        }
    }

    /// Removes a file, a link or an empty folder.
    func remove(_ name: FileName) throws {
        switch backing {
        case .disk(let descriptor):
            let flags = isFolder(name) ? AT_REMOVEDIR : 0
            guard name.withCString({ unlinkat(descriptor.number, $0, flags) }) == 0 else {
                throw Descriptor.failure(errno, fullPath(of: name).shown)
            }
        case .overlay(let overlay, let real): try overlay.remove(name, in: real, shownAs: fullPath(of: name).shown)
        }
    }

    func rename(_ name: FileName, to target: FileName, in folder: WritableFolder) throws {
        switch (backing, folder.backing) {
        case (.disk(let descriptor), .disk(let other)):
            let result = name.withCString { name in
                target.withCString { renameat(descriptor.number, name, other.number, $0) }
            }
            guard result == 0 else {
                throw Descriptor.failure(errno, fullPath(of: name).shown)
            }
        case (.overlay(let overlay, let real), .overlay(_, let other)):
            try overlay.rename(name, in: real, to: target, in: other, shownAs: fullPath(of: name).shown)
        // One run has an overlay for all of its folders, or none.
        case (.disk, .overlay), (.overlay, .disk): throw Descriptor.failure(EXDEV, fullPath(of: name).shown)
        }
    }

    /// The permissions of a file that is to be replaced; nil if there is none, and in an overlay, which has none of its own.
    private func permissions(of name: FileName) -> FilePermissions? {
        guard case .disk(let descriptor) = backing else { return nil }
        return FileMode.ofFile(at: FilePath(bytes: name.bytes), in: FileDescriptor(rawValue: descriptor.number))
    }

    /// A new file beside another, for its next content.
    func makeTemporary(beside name: FileName) throws -> (Descriptor, name: FileName) {
        var attempt = 0
        while true {
            attempt += 1
            let temporary = TemporaryFile.name(beside: name, unique: TemporaryFile.uniquePart(attempt))
            do {
                return (try open(temporary, O_WRONLY | O_CREAT | O_EXCL), temporary)
            } catch let error as SpeedPixError where error.cause as? Errno == .fileExists && attempt < 1000 {
                continue
            }
        }
    }

    /// Writes a file in one step: a reader finds the old content or the whole new one. The file keeps who may read and write
    /// it.
    func replace(_ name: FileName, with bytes: [UInt8]) throws {
        let (file, temporary) = try makeTemporary(beside: name)
        do {
            if let mode = permissions(of: name) { try file.set(mode, shownAs: fullPath(of: name).shown) }
            try file.write(bytes, shownAs: fullPath(of: name).shown)
            try rename(temporary, to: name, in: self)
        } catch {
            try? remove(temporary)
            throw error
        }
    }
}

extension Descriptor {
    fileprivate func set(_ permissions: FilePermissions, shownAs name: String) throws {
        do {
            try FileMode.set(permissions, of: FileDescriptor(rawValue: number))
        } catch {
            throw Descriptor.failure(error.rawValue, name)
        }
    }

    func write(_ bytes: [UInt8], shownAs name: String) throws {
        try willWrite?(bytes.count)
        do {
            try FileDescriptor(rawValue: number).writeAll(bytes)
        } catch {
            throw Descriptor.failure(Errno(from: error).rawValue, name)
        }
    }
}

extension FileAccess {
    /// Opens the folder of a file that a script wants to write.
    ///
    /// - Parameters:
    ///   - isThere: Whether the file must exist already.
    ///   - makesParents: Whether folders on the way that are missing are made.
    ///   - afterCheck: Called between judging the path and opening the folder, for tests of races.
    /// - Returns: The folder and the file's name in it.
    /// - Throws: ``SpeedPixError``: `not_allowed`, `file_not_found`, `file_system`.
    func folder(
        forWriting path: FilePath, isThere: Bool = false, makesParents: Bool = false, afterCheck: () -> Void = {}
    ) throws -> (folder: WritableFolder, name: FileName) {
        let full = try writable(path, isThere: isThere)
        guard let name = full.fileName else {
            throw SpeedPixError(.invalidArgument, "\(path.shown) names no file")
        }
        let parent = full.removingLastComponent()
        // The nearest folder and what is missing below it are found in one walk: another task may be making the same
        // folders, and what is there by now still has to be gone into.
        var missing: [FilePath.Component] = []
        var nearest = parent
        var found = real(nearest)
        while found == nil, let last = nearest.lastComponent {
            missing.insert(last, at: 0)
            nearest.removeLastComponent()
            found = real(nearest)
        }
        guard let start = found else { throw Self.notWritable(path.shown) }
        afterCheck()
        if let overlay {
            let folder = try overlayFolder(
                overlay, start, missing: missing, makesParents: makesParents, for: full, shownAs: path)
            onWrite?(full)
            return (folder, name)
        }
        var folder = try Descriptor.opening(start, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shownAs: path.shown)
        guard let now = folder.path, mayWrite(now, toMake: full) else { throw Self.notWritable(path.shown) }
        for component in missing {
            let name = FilePath(root: nil, [component])
            if makesParents, name.withPlatformString({ mkdirat(folder.number, $0, 0o777) }) != 0, errno != EEXIST {
                throw Descriptor.failure(errno, path.shown)
            }
            folder = try Descriptor.opening(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, in: folder, shownAs: path.shown)
        }
        // Judged once more: what was opened is what counts, and where the file really comes to lie.
        guard let diskPath = folder.path, mayWrite(name, in: diskPath) else { throw Self.notWritable(path.shown) }
        onWrite?(full)
        return (WritableFolder(folder, path: parent), name)
    }
}
