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
    func real(_ path: String) -> String? {
        guard let overlay else { return Self.real(path) }
        return overlay.real(path)
    }

    /// - Parameter path: A full path.
    func kind(of path: String, followsLast: Bool = true) -> FileKind? {
        if let overlay { return overlay.kind(of: path, followsLast: followsLast) }
        return FileKind(path, followsLast: followsLast)
    }

    /// Where a file lies that is saved under its own name if the path ends with a slash or names a folder.
    func target(_ path: String, filename: String) throws -> String {
        let isFolder = kind(of: try writable(path)) == .folder
        return path.hasSuffix("/") || isFolder ? FilePath(path).appending(filename).string : path
    }

    /// The folder in the overlay, for ``folder(forWriting:isThere:makesParents:afterCheck:)``.
    ///
    /// - Parameters:
    ///   - start: The real path of the nearest folder that is there.
    ///   - missing: The folders below it on the way to the file.
    func overlayFolder(
        _ overlay: FileOverlay, _ start: String, missing: [FilePath.Component], makesParents: Bool, for full: FilePath,
        shownAs path: String
    ) throws -> WritableFolder {
        guard mayWrite(start, toMake: full.string) else { throw Self.notWritable(path) }
        try overlay.checkWritable(start, shownAs: path)
        var current = start
        for component in missing {
            guard makesParents else { throw Descriptor.failure(ENOENT, path) }
            try overlay.makeFolder(component.string, in: current, shownAs: path)
            current = OverlayTree.join(current, component.string)
        }
        guard mayWrite(current) else { throw Self.notWritable(path) }
        return WritableFolder(
            overlay, current, path: full.removingLastComponent().string, mayCopy: { !isWithheld($0) })
    }
}
