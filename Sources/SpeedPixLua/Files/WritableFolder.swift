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
        case overlay(FileOverlay, String)
    }

    private let backing: Backing
    private let mayCopy: @Sendable (String) -> Bool
    /// Where the script thinks it is.
    let path: String

    fileprivate init(_ descriptor: Descriptor, path: String) {
        backing = .disk(descriptor)
        mayCopy = { _ in true }
        self.path = path
    }

    /// - Parameter mayCopy: Whether a file of the disk may be read to be changed in the overlay.
    init(_ overlay: FileOverlay, _ real: String, path: String, mayCopy: @escaping @Sendable (String) -> Bool) {
        backing = .overlay(overlay, real)
        self.mayCopy = mayCopy
        self.path = path
    }

    /// A path that leads into this very folder while the value lives, for code that takes only paths; nil in an
    /// overlay, whose files have no such paths.
    func reachablePath(of name: String) -> String? {
        guard case .disk(let descriptor) = backing else { return nil }
        #if os(Linux)
        return "/proc/self/fd/\(descriptor.number)/\(name)"
        #else
        // There is no way through a descriptor here; the folder was checked when it was opened.
        return "\(path)/\(name)"
        #endif
    }

    func fullPath(of name: String) -> String {
        FilePath(path).appending(name).string
    }

    /// Opens a file in it for writing; never through a link.
    func open(_ name: String, _ flags: Int32) throws -> Descriptor {
        let shown = fullPath(of: name)
        return switch backing {
        case .disk(let descriptor): try Descriptor.opening(name, flags | O_NOFOLLOW, in: descriptor, shownAs: shown)
        case .overlay(let overlay, let real):
            try overlay.open(name, in: real, flags, mayCopy: mayCopy, shownAs: shown)
        }
    }

    func isFolder(_ name: String) -> Bool {
        switch backing {
        case .disk(let descriptor):
            var status = stat()
            return fstatat(descriptor.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && FileKind(status) == .folder
        case .overlay(let overlay, let real):
            return overlay.kind(of: OverlayTree.join(real, name), followsLast: false) == .folder
        }
    }

    func makeFolder(_ name: String) throws {
        switch backing {
        case .disk(let descriptor):
            guard mkdirat(descriptor.number, name, 0o777) == 0 || errno == EEXIST && isFolder(name) else {
                throw Descriptor.failure(errno, fullPath(of: name))
            }
        case .overlay(let overlay, let real):
            try overlay.makeFolder(name, in: real, shownAs: fullPath(of: name))
        }
    }

    /// Removes a file, a link or an empty folder.
    func remove(_ name: String) throws {
        switch backing {
        case .disk(let descriptor):
            guard unlinkat(descriptor.number, name, isFolder(name) ? AT_REMOVEDIR : 0) == 0 else {
                throw Descriptor.failure(errno, fullPath(of: name))
            }
        case .overlay(let overlay, let real): try overlay.remove(name, in: real, shownAs: fullPath(of: name))
        }
    }

    func rename(_ name: String, to target: String, in folder: WritableFolder) throws {
        switch (backing, folder.backing) {
        case (.disk(let descriptor), .disk(let other)):
            guard renameat(descriptor.number, name, other.number, target) == 0 else {
                throw Descriptor.failure(errno, fullPath(of: name))
            }
        case (.overlay(let overlay, let real), .overlay(_, let other)):
            try overlay.rename(name, in: real, to: target, in: other, shownAs: fullPath(of: name))
        // One run has an overlay for all of its folders, or none.
        case (.disk, .overlay), (.overlay, .disk): throw Descriptor.failure(EXDEV, fullPath(of: name))
        }
    }

    /// A new file beside another, for its next content.
    func makeTemporary(beside name: String) throws -> (Descriptor, name: String) {
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

    /// Writes a file in one step: a reader finds the old content or the whole new one.
    func replace(_ name: String, with bytes: [UInt8]) throws {
        let (file, temporary) = try makeTemporary(beside: name)
        do {
            try file.write(bytes, shownAs: fullPath(of: name))
            try rename(temporary, to: name, in: self)
        } catch {
            try? remove(temporary)
            throw error
        }
    }
}

extension Descriptor {
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
        forWriting path: String, isThere: Bool = false, makesParents: Bool = false, afterCheck: () -> Void = {}
    ) throws -> (folder: WritableFolder, name: String) {
        let full = FilePath(try writable(path, isThere: isThere))
        guard let name = full.lastComponent?.string else {
            throw SpeedPixError(.invalidArgument, "\(path) names no file")
        }
        let parent = full.removingLastComponent()
        // The nearest folder and what is missing below it are found in one walk: another task may be making the same
        // folders, and what is there by now still has to be gone into.
        var missing: [FilePath.Component] = []
        var nearest = parent
        var found = real(nearest.string)
        while found == nil, let last = nearest.lastComponent {
            missing.insert(last, at: 0)
            nearest.removeLastComponent()
            found = real(nearest.string)
        }
        guard let start = found else { throw Self.notWritable(path) }
        afterCheck()
        if let overlay {
            let folder = try overlayFolder(
                overlay, start, missing: missing, makesParents: makesParents, for: full, shownAs: path)
            onWrite?(full.string)
            return (folder, name)
        }
        var folder = try Descriptor.opening(start, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shownAs: path)
        guard let now = folder.path, mayWrite(now, toMake: full.string) else { throw Self.notWritable(path) }
        for component in missing {
            let name = component.string
            if makesParents, mkdirat(folder.number, name, 0o777) != 0, errno != EEXIST {
                throw Descriptor.failure(errno, path)
            }
            folder = try Descriptor.opening(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, in: folder, shownAs: path)
        }
        // Judged once more: what was opened is what counts.
        guard let diskPath = folder.path, mayWrite(diskPath) else { throw Self.notWritable(path) }
        onWrite?(full.string)
        return (WritableFolder(folder, path: parent.string), name)
    }
}
