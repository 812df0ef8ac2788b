import LocalFiles
package import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The application keys of a data folder, in a file that only its owner may read.
///
/// A gateway that runs reads it again when it has changed; whoever changes it replaces it in one step.
package struct KeyFile: Sendable {
    /// Distinguishes one content of the file from another, and one that may be read from one that may not.
    struct Version: Sendable, Equatable {
        /// Seconds and nanoseconds since 1970.
        fileprivate struct Time: Equatable {
            let seconds: Int
            let nanoseconds: Int

            init(_ time: timespec) {
                seconds = Int(time.tv_sec)
                nanoseconds = Int(time.tv_nsec)
            }
        }

        fileprivate let inode: UInt64
        fileprivate let size: Int64
        fileprivate let mode: UInt32
        fileprivate let modified: Time
        /// Also of its permissions.
        fileprivate let changed: Time
    }

    /// Thousands of keys fit; a larger file is another one's.
    private static let largest = 4 << 20

    private let folder: FilePath
    private var file: FilePath { folder.appending("keys.json") }

    /// Where it is, for messages.
    package var path: String { file.string }

    /// - Parameter directory: The data directory, as ``GatewayConfiguration/dataDirectory`` has it.
    package init(directory: String) {
        folder = ObjectStore.folder(in: directory)
    }

    /// The keys in the order in which they were made; none if there is no file.
    ///
    /// - Throws: ``SpeedPixError`` `configuration` for a file that others may read, or that is not one of keys.
    package func keys() throws(SpeedPixError) -> [ApplicationKey] {
        guard let mode = FileMode.ofFile(at: file) else {
            guard FileKind(file) != nil else { return [] }
            throw SpeedPixError(.configuration, "\(path) is not a file")
        }
        guard mode.isSubset(of: .ownerReadWrite) else {
            throw SpeedPixError(
                .configuration, "\(path) holds secrets, and others than you may read or change it",
                remedy: "chmod 600 \(path), and make new keys if others have read it")
        }
        do {
            let bytes = try FileDescriptor.open(file, .readOnly, options: .closeOnExec).closeAfterReading(Self.largest)
            let listed = try JSONValue(parsing: bytes)["keys"]?.arrayValue
            let keys = (listed ?? []).compactMap { ApplicationKey($0) }
            guard let listed, keys.count == listed.count, Set(keys.map(\.name)).count == keys.count else {
                throw Errno.invalidArgument
            }
            return keys
        } catch {
            throw SpeedPixError(
                .configuration, "\(path) is not a file of application keys, or cannot be read",
                remedy: "set it aside under another name, and make new keys with speedpix keys add", cause: error)
        }
    }

    /// Adds a key.
    ///
    /// - Throws: ``SpeedPixError`` `configuration`, also if there is one of this name.
    package func add(_ key: ApplicationKey) throws(SpeedPixError) {
        try change { (keys: inout [ApplicationKey]) throws(SpeedPixError) in
            guard !keys.contains(where: { $0.name == key.name }) else {
                throw SpeedPixError(
                    .configuration, "there is a key \(key.name) already",
                    remedy: "choose another name, or revoke that one first")
            }
            keys.append(key)
        }
    }

    /// Removes a key. What it has stored stays until it is too old.
    ///
    /// - Throws: ``SpeedPixError`` `configuration`, also if there is none of this name.
    package func revoke(_ name: String) throws(SpeedPixError) {
        try change { (keys: inout [ApplicationKey]) throws(SpeedPixError) in
            guard let index = keys.firstIndex(where: { $0.name == name }) else {
                throw SpeedPixError(.configuration, "there is no key \(name)", remedy: "speedpix keys list shows all")
            }
            keys.remove(at: index)
        }
    }

    /// What the file is now; nil if there is none.
    func version() -> Version? {
        var status = stat()
        guard file.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
        #if canImport(Darwin)
        let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        return Version(
            inode: UInt64(truncatingIfNeeded: status.st_ino), size: Int64(status.st_size), mode: UInt32(status.st_mode),
            modified: Version.Time(modified), changed: Version.Time(changed))
    }

    private func change(
        _ body: (inout [ApplicationKey]) throws(SpeedPixError) -> Void
    ) throws(SpeedPixError) {
        let lock: FileDescriptor
        do {
            try Folder.makePrivate(folder)
            lock = try FileDescriptor.open(
                folder.appending("keys.lock"), .readWrite, options: [.create, .closeOnExec],
                permissions: .ownerReadWrite)
        } catch {
            throw Self.unwritable(path, error)
        }
        defer { try? lock.close() }
        guard FileLock.take(lock) else {
            throw SpeedPixError(.configuration, "another command changes \(path) now", remedy: "run this one again")
        }
        var keys = try keys()
        try body(&keys)
        do {
            let json: JSONValue = ["keys": .array(keys.map(\.json))]
            try AtomicFile.replace(
                file, with: CollectionOfOne(try json.encoded() + [UInt8(ascii: "\n")]), permissions: .ownerReadWrite)
        } catch {
            throw Self.unwritable(path, error)
        }
    }

    private static func unwritable(_ path: String, _ error: any Error) -> SpeedPixError {
        SpeedPixError(
            .configuration, "could not write \(path): \((error as? Errno)?.description ?? "\(error)")",
            remedy: "name another folder with --data, or make room in this one", cause: error)
    }
}

extension FileDescriptor {
    /// Reads the whole file and closes it.
    ///
    /// - Throws: `Errno`, `fileTooLarge` for one that is larger than `limit` bytes.
    fileprivate func closeAfterReading(_ limit: Int) throws -> [UInt8] {
        try closeAfter {
            let size = try seek(offset: 0, from: .end)
            guard size <= limit else { throw Errno.fileTooLarge }
            return try read(fromAbsoluteOffset: 0, count: Int(size))
        }
    }
}
