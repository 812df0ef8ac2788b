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

extension FileAccess {
    /// The real path as a script sees it; nil if nothing is there for it.
    func real(_ path: FilePath) -> FilePath? {
        guard let overlay else { return Self.real(path) }
        return overlay.real(path)
    }

    /// - Parameter path: A full path.
    func kind(of path: FilePath, followsLast: Bool = true) -> FileKind? {
        if let overlay { return overlay.kind(of: path, followsLast: followsLast) }
        return FileKind(path, followsLast: followsLast)
    }

    /// Where a file lies that is saved under its own name if the path ends with a slash or names a folder.
    func target(_ path: SavePath, filename: String) throws -> FilePath {
        let isFolder = try path.namesFolder || kind(of: writable(path.path)) == .folder
        return isFolder ? path.path.appending(filename) : path.path
    }

    /// The folder in the overlay, for ``folder(forWriting:isThere:makesParents:afterCheck:)``.
    ///
    /// - Parameters:
    ///   - start: The real path of the nearest folder that is there.
    ///   - missing: The folders below it on the way to the file.
    func overlayFolder(
        _ overlay: FileOverlay, _ start: FilePath, missing: [FilePath.Component], makesParents: Bool,
        for full: FilePath,
        shownAs path: FilePath
    ) throws -> WritableFolder {
        guard mayWrite(start, toMake: full) else { throw Self.notWritable(path.shown) }
        try overlay.checkWritable(start, shownAs: path.shown)
        var current = start
        for component in missing {
            guard makesParents else { throw Descriptor.failure(ENOENT, path.shown) }
            try overlay.makeFolder(FileName(component), in: current, shownAs: path.shown)
            current = current.appending(component)
        }
        guard mayWrite(full.fileName ?? "", in: current) else { throw Self.notWritable(path.shown) }
        return WritableFolder(
            overlay, current, path: full.removingLastComponent(), mayCopy: { !isWithheld($0) })
    }
}
