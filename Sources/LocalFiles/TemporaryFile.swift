package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A new, empty file, open for writing. The caller closes it, and renames or removes it.
package struct TemporaryFile {
    /// How many names are tried. Another process with the same number may use some, on another machine or in a container.
    private static let mostAttempts = 1000

    package let path: FilePath
    package let descriptor: FileDescriptor

    /// - Parameters:
    ///   - permissions: Of the file, less the umask.
    ///   - access: What the descriptor is for.
    /// - Throws: `Errno`, `fileExists` if there is something at the path.
    package init(
        _ path: FilePath, permissions: FilePermissions, access: FileDescriptor.AccessMode = .writeOnly
    ) throws(Errno) {
        do {
            descriptor = try FileDescriptor.open(
                path, access, options: [.create, .exclusiveCreate, .closeOnExec], permissions: permissions)
        } catch {
            throw Errno(from: error)
        }
        self.path = path
    }

    /// A file in the same folder as `target`, under a name that is not in use.
    package static func make(
        beside target: FilePath, permissions: FilePermissions, access: FileDescriptor.AccessMode = .writeOnly
    ) throws(Errno) -> TemporaryFile {
        var attempt = 1
        while true {
            do {
                let path = path(beside: target, unique: uniquePart(attempt))
                return try TemporaryFile(path, permissions: permissions, access: access)
            } catch {
                guard error == .fileExists, attempt < mostAttempts else { throw error }
                attempt += 1
            }
        }
    }

    /// What makes the names of a process's temporary files distinct, made of its number and that of the attempt.
    package static func uniquePart(_ attempt: Int) -> String { "\(getpid())-\(attempt)" }

    /// The path of a temporary file for the next content of `target`.
    package static func path(beside target: FilePath, unique: String) -> FilePath {
        target.removingLastComponent().appending(name(beside: target.fileName ?? "", unique: unique))
    }

    /// A hidden name that begins with the one of the target.
    package static func name(beside target: FileName, unique: String) -> FileName {
        // Bytes, not characters: file systems allow 255 bytes, and one Chinese character has three.
        var start = target.bytes.prefix(100)
        // A character is not cut in two: some file systems take only text.
        while start.count < target.bytes.count, !start.isEmpty, target.bytes[start.endIndex] & 0xC0 == 0x80 {
            start.removeLast()
        }
        return FileName(bytes: [UInt8(ascii: ".")] + start + Array(".\(unique).part".utf8))
    }

    /// Makes a file in a folder and removes it. Access rights do not show whether that works: file systems can be read-only,
    /// and disks full.
    package static func checkCreation(in folder: FilePath) throws(Errno) {
        let file = try make(beside: folder.appending("speedpix"), permissions: .ownerReadWrite)
        try? file.descriptor.close()
        try FileRemoval.remove(file.path)
    }
}
