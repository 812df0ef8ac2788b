import LocalFiles
import NIOPosix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension ObjectStore {
    /// Every stored file, in no order. One that is removed meanwhile may be missing.
    ///
    /// - Throws: ``StorageError``.
    static func list(in root: FilePath) async throws -> [StoredObject] {
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                try ObjectKey.Folder.allCases.flatMap { try list($0, in: root) }
            }
        } catch {
            throw StorageError("list \(root)", error)
        }
    }

    private static func list(_ folder: ObjectKey.Folder, in root: FilePath) throws -> [StoredObject] {
        let path = root.appending(folder.rawValue)
        return try FolderNames.read(path).compactMap { name in
            // What has another name was not stored by a gateway.
            guard let text = name.text, let key = ObjectKey("\(folder.rawValue)/\(text)") else { return nil }
            guard let (size, modified) = sizeAndDate(of: path.appending(name)) else { return nil }
            return StoredObject(key: key, size: size, modified: modified)
        }
    }

    /// How large a file is, in bytes, and when it was last written, in seconds since 1970; nil for what is no file.
    static func sizeAndDate(of path: FilePath) -> (size: Int64, modified: Double)? {
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) == 0, FileKind(status) == .file else { return nil }
        #if canImport(Darwin)
        let modified = status.st_mtimespec
        #else
        let modified = status.st_mtim
        #endif
        return (Int64(status.st_size), Double(modified.tv_sec) + Double(modified.tv_nsec) / 1e9)
    }

    /// Refuses a call that would store more than its application key may.
    ///
    /// - Parameter bytes: How many it is going to store, if that is known.
    /// - Throws: ``Refusal`` with HTTP 429; ``StorageError``.
    func checkRoom(for caller: Caller, bytes: Int64 = 0) async throws {
        guard let most = caller.limits.storedBytes else { return }
        let stored = try await usage.total(of: caller.tag)
        // A create does not say how much its results will be.
        guard stored < most, bytes <= most - stored else { throw Self.full(most) }
    }

    /// Runs `body`, which stores a file, with room kept for it.
    ///
    /// - Throws: ``Refusal`` with HTTP 429 if the application key may not store as much; ``StorageError``; what `body` throws.
    func withRoom(for caller: Caller, bytes: Int64, _ body: () async throws -> Void) async throws {
        guard let most = caller.limits.storedBytes else { return try await body() }
        guard try await usage.reserve(bytes, of: caller.tag, most: most) else { throw Self.full(most) }
        do {
            try await body()
        } catch {
            await usage.release(bytes, of: caller.tag)
            throw error
        }
        await usage.release(bytes, of: caller.tag)
    }

    private static func full(_ most: Int64) -> Refusal {
        .throttled(
            "there is no room in the \(most) bytes that this application key may store: delete files, or wait until the oldest"
                + " are removed")
    }
}
