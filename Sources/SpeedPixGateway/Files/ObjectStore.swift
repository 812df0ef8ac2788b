import LocalFiles
import NIOCore
import NIOPosix
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
    private static let bufferSize = 64 << 10

    let root: FilePath
    /// How much all of it takes.
    let usage: StorageUsage
    private let isTemporary: Bool
    private let uniqueName: @Sendable () -> String

    private var incoming: FilePath { root.appending("incoming") }
    private var scratch: FilePath { root.appending("scratch") }
    /// One small file for each stored one, with its ``FileAttributes``. They are not in the database: only a client that asks for
    /// one file reads them, an upload would wait for one more write to the disk, and a store without a database needs them too.
    private var attributesFolder: FilePath { root.appending("attributes") }
    /// The folders of stored files and of their attributes.
    private var folders: [FilePath] {
        ObjectKey.Folder.allCases.flatMap { [root.appending($0.rawValue), attributesFolder.appending($0.rawValue)] }
    }

    /// Where a gateway keeps everything. A folder in the folder: what is removed there can then be nothing of the user's.
    static func folder(in directory: String) -> FilePath { FilePath(directory).appending("speedpix-gateway") }

    /// Makes the data directory ready.
    ///
    /// - Parameter directory: Nil for a temporary one, which ``close()`` removes.
    /// - Throws: ``StorageError``.
    init(directory: String?, uniqueName: @escaping @Sendable () -> String) async throws {
        self.uniqueName = uniqueName
        isTemporary = directory == nil
        do {
            if let directory {
                root = Self.folder(in: directory)
            } else {
                root = try await FileSystem.shared.createTemporaryDirectory(
                    template: FileSystem.shared.temporaryDirectory.appending("speedpix-gateway-XXXXXX"))
            }
            usage = StorageUsage(
                list: { [root] in try await Self.list(in: root) },
                size: { [root] in await Self.size(of: $0, in: root) })
            // What an earlier gateway left half done when it was killed.
            for folder in [incoming, scratch] {
                try await FileSystem.shared.removeItem(at: folder, strategy: .sequential, recursively: true)
            }
            for folder in [incoming, scratch] + folders where try await FileSystem.shared.info(forFileAt: folder) == nil
            {
                try await FileSystem.shared.createDirectory(
                    at: folder, withIntermediateDirectories: true, permissions: .ownerReadWriteExecute)
            }
        } catch {
            throw StorageError("make the data directory \(directory ?? "") ready", error)
        }
    }

    /// Removes a temporary folder; of a data directory, unfinished uploads and scratch files.
    func close() async {
        await Self.remove(isTemporary ? root : scratch)
        if !isTemporary { await Self.remove(incoming) }
    }

    /// Where a stored file is. It may not exist.
    func path(of key: ObjectKey) -> FilePath { Self.path(of: key, in: root) }

    private static func path(of key: ObjectKey, in root: FilePath) -> FilePath {
        root.appending(key.folder.rawValue).appending(key.name)
    }

    /// In bytes, also when this task is cancelled; 0 if there is no such file.
    private static func size(of key: ObjectKey, in root: FilePath) async -> Int64 {
        await Task {
            let info = try? await FileSystem.shared.info(forFileAt: path(of: key, in: root))
            return info?.size ?? 0
        }.value
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

    /// The first bytes of a file, which show its type; none if there is no such file.
    func head(of key: ObjectKey) async throws -> [UInt8] {
        do {
            return try await FileSystem.shared.withFileHandle(forReadingAt: path(of: key)) { handle in
                let chunk = try await handle.readChunk(
                    fromAbsoluteOffset: 0, length: .bytes(Int64(MediaType.sniffedLength)))
                return Array(buffer: chunk)
            }
        } catch let error as FileSystemError where error.code == .notFound {
            return []
        } catch {
            throw StorageError("read \(key)", error)
        }
    }

    /// The attributes of a file, as they were given when it was stored.
    ///
    /// - Returns: Of a file without any (it was stored by an older gateway) what its name and its date show; nil if
    ///   there is no such file.
    func attributes(of key: ObjectKey) async throws -> FileAttributes? {
        do {
            guard let info = try await FileSystem.shared.info(forFileAt: path(of: key)), info.type == .regular else {
                return nil
            }
            let path = attributesPath(of: key)
            let bytes = try? await FileSystem.shared.withFileHandle(forReadingAt: path) {
                try await $0.readToEnd(maximumSizeAllowed: .mebibytes(1))
            }
            return bytes.flatMap { FileAttributes(Array(buffer: $0)) }
                ?? FileAttributes(
                    contentType: MediaType.guess(filename: key.name), filename: key.name,
                    created: Date(timeIntervalSince1970: Double(info.lastDataModificationTime.seconds)))
        } catch {
            throw StorageError("look at \(key)", error)
        }
    }

    /// Stores a body as it arrives.
    ///
    /// - Parameters:
    ///   - length: What was announced; nil if nothing was. Another length is refused: the connection broke.
    ///   - limit: More bytes are refused, whatever was announced.
    func receive<Body: AsyncSequence & Sendable>(
        _ body: Body, as key: ObjectKey, _ attributes: FileAttributes, length: Int64?, limit: Int64
    ) async throws where Body.Element == ByteBuffer {
        try await publish(as: key, attributes) { temporary in
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
                if let length, received != length {
                    throw Refusal(
                        "IncompleteBody", "\(received) of \(length) bytes arrived", status: .badRequest)
                }
            }
        }
    }

    /// Stores bytes.
    func store(_ bytes: [UInt8], as key: ObjectKey, _ attributes: FileAttributes) async throws {
        try await publish(as: key, attributes) { temporary in
            _ = try await FileSystem.shared.withFileHandle(
                forWritingAt: temporary, options: .newFile(replaceExisting: false)
            ) { try await $0.write(contentsOf: bytes, toAbsoluteOffset: 0) }
        }
    }

    /// Stores a file of this machine: moved if it lies in a scratch directory, copied otherwise.
    func store(fileAt path: FilePath, as key: ObjectKey, _ attributes: FileAttributes) async throws {
        try await publish(as: key, attributes) { temporary in
            if path.lexicallyNormalized().starts(with: scratch) {
                try FileRename.move(path, over: temporary)
            } else {
                try await FileSystem.shared.copyItem(at: path, to: temporary)
            }
        }
    }

    /// Removes a stored file, if it is there. One that cannot be removed is left to the sweep.
    func remove(_ key: ObjectKey) async {
        _ = try? await delete(key)
    }

    /// Removes a stored file.
    ///
    /// - Returns: False if it was not there.
    /// - Throws: ``StorageError`` if it is still there.
    func delete(_ key: ObjectKey) async throws -> Bool {
        do {
            let size = await Self.size(of: key, in: root)
            let wasThere = try await Self.delete(path(of: key))
            if wasThere { await usage.note(key, change: -size) }
            _ = try await Self.delete(attributesPath(of: key))
            removeThumbnail(of: key)
            return wasThere
        } catch {
            throw StorageError("delete \(key)", error)
        }
    }

    /// Removes every stored file that was last written before a date.
    ///
    /// - Parameter needed: Files that stay, however old they are.
    func removeFiles(unchangedSince date: Date, except needed: Set<ObjectKey> = []) async {
        let names = Set(needed.map(\.name))
        for folder in folders + [thumbnailFolder] {
            // A file or folder that cannot be read now is looked at again the next time.
            try? await FileSystem.shared.withDirectoryHandle(atPath: folder) { handle in
                for try await entry in handle.listContents()
                where entry.type == .regular && !names.contains(entry.name.string) {
                    let info = try await FileSystem.shared.info(forFileAt: entry.path)
                    guard let info, Double(info.lastDataModificationTime.seconds) < date.timeIntervalSince1970 else {
                        continue
                    }
                    await Self.remove(entry.path)
                    let name = "\(folder.lastComponent?.string ?? "")/\(entry.name.string)"
                    if let key = ObjectKey(name) { removeThumbnail(of: key) }
                }
            }
        }
        // Whoever asks next has them counted again.
        await usage.forget()
    }

    /// Runs `body` with a folder of its own, which is removed afterwards.
    func withScratchDirectory<Result: Sendable>(
        _ body: (ScratchDirectory) async throws -> Result
    ) async throws -> Result {
        let folder = ScratchDirectory(scratch.appending(uniqueName()))
        do {
            let result = try await body(folder)
            await folder.remove()
            return result
        } catch {
            await folder.remove()
            throw error
        }
    }

    private func attributesPath(of key: ObjectKey) -> FilePath {
        attributesFolder.appending(key.folder.rawValue).appending(key.name)
    }

    /// Fills a temporary file, then gives it its name.
    private func publish(
        as key: ObjectKey, _ attributes: FileAttributes, fill: (FilePath) async throws -> Void
    ) async throws {
        let temporary = incoming.appending(uniqueName())
        do {
            try await fill(temporary)
            let before = await Self.size(of: key, in: root)
            let size = try await FileSystem.shared.info(forFileAt: temporary)?.size ?? 0
            let description = try attributes.encoded()
            try await NIOThreadPool.singleton.runIfActive {
                // The attributes are there first, so that a file is never without them.
                let written = FilePath(temporary.string + ".attributes")
                try AtomicFile.replace(
                    attributesPath(of: key), with: CollectionOfOne(description), permissions: .ownerReadWrite,
                    through: written)
                try FileRename.move(temporary, over: path(of: key))
            }
            await usage.note(key, change: size - before)
        } catch {
            await Self.remove(temporary)
            switch error {
            case is FileSystemError, is Errno: throw StorageError("store \(key)", error)
            default: throw error
            }
        }
    }

    static func remove(_ path: FilePath) async {
        _ = try? await delete(path)
    }

    /// Removes a file or folder even when this task is cancelled, which would make NIO's calls give up at once.
    ///
    /// - Returns: Whether something was there.
    private static func delete(_ path: FilePath) async throws -> Bool {
        try await Task {
            try await FileSystem.shared.removeItem(at: path, strategy: .sequential, recursively: true) > 0
        }.value
    }
}
