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

/// A secret of the gateway's own, made once and kept in a file that only its owner may read.
enum SecretFile {
    /// How long a secret is, in bytes.
    static let length = 32

    /// The secret in a file; where there is none, a new one, which is on the disk before anybody can use it.
    ///
    /// Of several processes that make it at once, all get the same one.
    ///
    /// - Parameters:
    ///   - path: Its folder must be there.
    ///   - make: Gives as many bytes as it is asked for, which nobody can guess.
    /// - Throws: ``StorageError``, of the kind `damaged` for a file that holds no such secret.
    static func secret(at path: FilePath, make: (Int) -> [UInt8]) throws(StorageError) -> [UInt8] {
        do {
            if let kept = try read(path) { return kept }
            let made = make(length)
            if try write(made, to: path) { return made }
            guard let other = try read(path) else { throw Errno.noSuchFileOrDirectory }
            return other
        } catch {
            if let error = error as? StorageError { throw error }
            throw StorageError("read \(path)", error)
        }
    }

    /// - Returns: Nil if there is no such file.
    private static func read(_ path: FilePath) throws -> [UInt8]? {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
        let text = try file.closeAfter {
            // Whoever has copied the folder may have lost the mode.
            if let mode = FileMode.ofFile(at: path), !mode.isSubset(of: .ownerReadWrite) {
                try FileMode.set(.ownerReadWrite, of: file)
            }
            return try file.read(fromAbsoluteOffset: 0, count: 2 * length + 2)
        }
        guard text.count == 2 * length + 1, text.last == UInt8(ascii: "\n"), let bytes = bytes(text.dropLast()) else {
            throw StorageError(
                .damaged, action: "read \(path)", reason: "it is not a secret of a gateway, or not a whole one",
                remedy: "remove it, and a new one is made; URLs and tokens that were given out are refused then")
        }
        return bytes
    }

    /// - Returns: False if there is a file by now, which stays as it is.
    private static func write(_ secret: [UInt8], to path: FilePath) throws -> Bool {
        let file = try TemporaryFile.make(beside: path, permissions: .ownerReadWrite)
        do {
            try file.descriptor.closeAfter {
                _ = try file.descriptor.writeAll(Array("\(secret.hexadecimal)\n".utf8))
                // What is signed with it must not outlive it in a power cut.
                guard fsync(file.descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            if try FileRename.move(file.path, toNew: path) { return true }
        } catch {
            try? FileRemoval.remove(file.path)
            throw error
        }
        try FileRemoval.remove(file.path)
        return false
    }

    private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }
}
