package import SystemPackage

/// Replaces files in one step: a reader sees the old content or the whole new one, and a failure leaves nothing behind.
package enum AtomicFile {
    /// Writes a new file and renames it over the target.
    ///
    /// A link is replaced itself, not what it leads to.
    ///
    /// - Parameters:
    ///   - path: The target; its folder must be there.
    ///   - pieces: The content, in portions, so that it need not be in memory at once.
    ///   - permissions: Of the new file, less the umask. Nil for those of the file that is replaced; for a new one, what all may
    ///     read and write less the umask.
    ///   - temporary: The new file until it is complete, which must not exist, on the same file system. Beside the target if
    ///     nil, since a rename is atomic only within one file system.
    package static func replace(
        _ path: FilePath, with pieces: some Sequence<[UInt8]>, permissions: FilePermissions? = nil,
        through temporary: FilePath? = nil
    ) throws(Errno) {
        let kept = permissions == nil ? FileMode.ofFile(at: path) : nil
        let permissions = permissions ?? kept ?? .readWriteForAll
        let file =
            if let temporary {
                try TemporaryFile(temporary, permissions: permissions)
            } else {
                try TemporaryFile.make(beside: path, permissions: permissions)
            }
        do {
            try file.descriptor.closeAfter {
                if let kept { try FileMode.set(kept, of: file.descriptor) }
                for piece in pieces { try file.descriptor.writeAll(piece) }
            }
            try FileRename.move(file.path, over: path)
        } catch {
            try? FileRemoval.remove(file.path)
            throw Errno(from: error)
        }
    }

    /// The same with a path and content as they are at hand.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(Errno) {
        try replace(FilePath(path), with: CollectionOfOne(bytes))
    }
}
