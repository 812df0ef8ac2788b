import NIOCore
import SpeedPix
import SystemPackage
import _NIOFileSystem

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The gateway's files: uploads, results, and what is on its way to become one of them.
///
/// Everything is streamed, and a file appears under its key complete or not at all.
struct ObjectStore: Sendable {
    /// What is known of a stored file without reading it.
    struct Facts: Sendable, Equatable {
        let size: Int64
        /// Changes whenever the content may have changed.
        let entityTag: String
    }

    /// Large enough that the disk is not asked for every packet, small enough for a thousand uploads at once.
    private static let bufferSize = 256 << 10

    let root: FilePath
    private let isTemporary: Bool
    private let uniqueName: @Sendable () -> String

    private var incoming: FilePath { root.appending("incoming") }
    private var scratch: FilePath { root.appending("scratch") }

    /// Makes the data directory ready.
    ///
    /// - Parameter directory: Nil for a temporary one, which ``close()`` removes.
    /// - Throws: ``StorageError``.
    init(directory: String?, uniqueName: @escaping @Sendable () -> String) async throws {
        self.uniqueName = uniqueName
        isTemporary = directory == nil
        do {
            if let directory {
                // A folder in the folder: what is removed here can then be nothing of the user's.
                root = FilePath(directory).appending("speedpix-gateway")
            } else {
                root = try await FileSystem.shared.createTemporaryDirectory(
                    template: FileSystem.shared.temporaryDirectory.appending("speedpix-gateway-XXXXXX"))
            }
            // What an earlier gateway left half done when it was killed.
            for folder in [incoming, scratch] {
                try await FileSystem.shared.removeItem(at: folder, strategy: .sequential, recursively: true)
            }
            let folders = [incoming, scratch] + ObjectKey.Folder.allCases.map { root.appending($0.rawValue) }
            for folder in folders where try await FileSystem.shared.info(forFileAt: folder) == nil {
                try await FileSystem.shared.createDirectory(
                    at: folder, withIntermediateDirectories: true, permissions: .ownerReadWriteExecute)
            }
        } catch {
            throw StorageError("make the data directory \(directory ?? "") ready", error)
        }
    }

    /// Removes what the gateway does not leave behind.
    func close() async {
        await Self.remove(isTemporary ? root : scratch)
        if !isTemporary { await Self.remove(incoming) }
    }

    /// Where a stored file is. It may not exist.
    func path(of key: ObjectKey) -> FilePath {
        root.appending(key.folder.rawValue).appending(key.name)
    }

    /// - Returns: Nil if there is no such file.
    func facts(of key: ObjectKey) async throws -> Facts? {
        do {
            guard let info = try await FileSystem.shared.info(forFileAt: path(of: key)), info.type == .regular else {
                return nil
            }
            let changed = info.lastDataModificationTime
            return Facts(
                size: info.size,
                entityTag: "\""
                    + [info.size, Int64(changed.seconds), Int64(changed.nanoseconds)]
                    .map { String($0, radix: 16) }.joined(separator: "-") + "\"")
        } catch {
            throw StorageError("look at \(key)", error)
        }
    }

    /// Stores a body as it arrives.
    ///
    /// - Parameters:
    ///   - length: What was announced. Another length is refused: the connection broke.
    ///   - limit: More bytes are refused, whatever was announced.
    func receive<Body: AsyncSequence & Sendable>(
        _ body: Body, as key: ObjectKey, length: Int64, limit: Int64
    ) async throws where Body.Element == ByteBuffer {
        try await publish(as: key) { temporary in
            try await FileSystem.shared.withFileHandle(
                forWritingAt: temporary, options: .newFile(replaceExisting: false)
            ) { handle in
                var received: Int64 = 0
                try await handle.withBufferedWriter(capacity: .bytes(Int64(Self.bufferSize))) { writer in
                    for try await chunk in body {
                        received += Int64(chunk.readableBytes)
                        guard received <= limit else {
                            throw Refusal.tooLarge("the file is larger than \(limit) bytes")
                        }
                        _ = try await writer.write(contentsOf: chunk)
                    }
                }
                guard received == length else {
                    throw Refusal(
                        "IncompleteBody", "\(received) of \(length) bytes arrived", status: .badRequest)
                }
            }
        }
    }

    /// Stores bytes.
    func store(_ bytes: [UInt8], as key: ObjectKey) async throws {
        try await publish(as: key) { temporary in
            _ = try await FileSystem.shared.withFileHandle(
                forWritingAt: temporary, options: .newFile(replaceExisting: false)
            ) { try await $0.write(contentsOf: bytes, toAbsoluteOffset: 0) }
        }
    }

    /// Stores a file of this machine: moved if it lies in a scratch directory, copied otherwise.
    func store(fileAt path: FilePath, as key: ObjectKey) async throws {
        try await publish(as: key) { temporary in
            if path.lexicallyNormalized().starts(with: scratch) {
                try FileRename.move(path, over: temporary)
            } else {
                try await FileSystem.shared.copyItem(at: path, to: temporary)
            }
        }
    }

    /// Removes a stored file, if it is there.
    func remove(_ key: ObjectKey) async {
        await Self.remove(path(of: key))
    }

    /// Removes every stored file that was last written before a date.
    func removeFiles(unchangedSince date: Date) async {
        for folder in ObjectKey.Folder.allCases {
            // A file or folder that cannot be read now is looked at again the next time.
            try? await FileSystem.shared.withDirectoryHandle(atPath: root.appending(folder.rawValue)) { handle in
                for try await entry in handle.listContents() where entry.type == .regular {
                    let info = try await FileSystem.shared.info(forFileAt: entry.path)
                    guard let info, Double(info.lastDataModificationTime.seconds) < date.timeIntervalSince1970 else {
                        continue
                    }
                    await Self.remove(entry.path)
                }
            }
        }
    }

    /// Runs `body` with a folder of its own, which is removed afterwards.
    func withScratchDirectory<Result: Sendable>(_ body: (FilePath) async throws -> Result) async throws -> Result {
        let folder = scratch.appending(uniqueName())
        do {
            try await FileSystem.shared.createDirectory(
                at: folder, withIntermediateDirectories: true, permissions: .ownerReadWriteExecute)
        } catch {
            throw StorageError("make a scratch directory", error)
        }
        do {
            let result = try await body(folder)
            await Self.remove(folder)
            return result
        } catch {
            await Self.remove(folder)
            throw error
        }
    }

    /// Fills a temporary file, then gives it its name.
    private func publish(as key: ObjectKey, fill: (FilePath) async throws -> Void) async throws {
        let temporary = incoming.appending(uniqueName())
        do {
            try await fill(temporary)
            try FileRename.move(temporary, over: path(of: key))
        } catch {
            await Self.remove(temporary)
            switch error {
            case is FileSystemError, is Errno: throw StorageError("store \(key)", error)
            default: throw error
            }
        }
    }

    /// Removes a file or folder even when this task is cancelled, which would make NIO's calls give up at once.
    private static func remove(_ path: FilePath) async {
        _ = await Task { try? await FileSystem.shared.removeItem(at: path, strategy: .sequential, recursively: true) }
            .value
    }
}
