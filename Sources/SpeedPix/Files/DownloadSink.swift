import LocalFiles
import NIOCore
import SystemPackage
import _NIOFileSystem

/// Where the bytes of a download go.
protocol DownloadSink {
    mutating func write(_ chunk: ByteBuffer) async throws
    /// Drops everything written so far.
    mutating func startOver() async throws
    /// Nothing comes after this.
    mutating func finish() async throws
}

/// A new file, made when the first bytes have come. Chunks are gathered, since each write is a hop to another thread, and
/// while some are written the next ones come.
struct FileSink: DownloadSink {
    private static let bufferSize = 1 << 20

    private let path: FilePath
    private let permissions: FilePermissions
    private let clock: any Clock<Duration>
    private var handle: WriteFileHandle?
    /// Where the next bytes go, when what is being written is there.
    private var offset: Int64 = 0
    private var pending: [ByteBuffer] = []
    private var pendingSize = 0
    private var writing: Task<Void, any Error>?

    private init(_ path: FilePath, _ permissions: FilePermissions, _ clock: any Clock<Duration>) {
        self.path = path
        self.permissions = permissions
        self.clock = clock
    }

    /// Passes on a sink for a file that does not exist yet, and closes it.
    ///
    /// - Parameter permissions: Of the file, less the umask; nil for those that all new files have.
    static func withSink<Result>(
        at path: FilePath, permissions: FilePermissions? = nil, _ clock: any Clock<Duration>,
        _ body: (inout FileSink) async throws -> Result
    ) async throws -> Result {
        var sink = FileSink(path, permissions ?? .readWriteForAll, clock)
        do {
            let result = try await body(&sink)
            try await sink.close()
            return result
        } catch {
            await sink.awaitWriting()
            try? await sink.close()
            throw error
        }
    }

    private mutating func opened() async throws -> WriteFileHandle {
        if let handle { return handle }
        let opened = try await DescriptorShortage.retrying(clock) {
            try await FileSystem.shared.openFile(
                forWritingAt: path,
                options: .init(
                    existingFile: .none, newFile: .init(permissions: permissions, transactionalCreation: false)))
        }
        handle = opened
        return opened
    }

    private mutating func close() async throws {
        try await handle.take()?.closeIgnoringCancellation()
    }

    mutating func write(_ chunk: ByteBuffer) async throws {
        pending.append(chunk)
        pendingSize += chunk.readableBytes
        if pendingSize >= Self.bufferSize { try await flush() }
    }

    mutating func startOver() async throws {
        drop()
        try await written()
        guard offset > 0, let handle else { return }
        try await handle.resize(to: .zero)
        offset = 0
    }

    mutating func finish() async throws {
        // A file without content is one, too.
        _ = try await opened()
        try await flush()
        try await written()
    }

    /// Waits for the write under way, whether it succeeds or fails: until then the file must not be closed.
    func awaitWriting() async {
        _ = await writing?.result
    }

    private mutating func flush() async throws {
        try await written()
        guard pendingSize > 0 else { return }
        let handle = try await opened()
        // Not cancelled with the download: half a write is of no use.
        writing = Task { [handle, pending, offset] in
            try await handle.withUnsafeDescriptor { descriptor in
                var offset = offset
                // As they came: putting them together first would cost more than writing them one by one.
                for chunk in pending {
                    offset += try chunk.withUnsafeReadableBytes {
                        Int64(try descriptor.writeAll(toAbsoluteOffset: offset, $0))
                    }
                }
            }
        }
        offset += Int64(pendingSize)
        drop()
    }

    private mutating func written() async throws {
        let task = writing
        writing = nil
        try await task?.value
    }

    private mutating func drop() {
        pending.removeAll(keepingCapacity: true)
        pendingSize = 0
    }
}

/// Memory, up to a limit.
struct MemorySink: DownloadSink {
    let limit: Int
    private(set) var bytes: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func write(_ chunk: ByteBuffer) async throws {
        guard bytes.count + chunk.readableBytes <= limit else {
            let size = limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit) bytes"
            throw SpeedPixError(
                .invalidArgument, "the file is larger than \(size)",
                remedy: "save it to disk instead of reading it, or allow more")
        }
        bytes.append(contentsOf: chunk.readableBytesView)
    }

    mutating func startOver() { bytes.removeAll() }
    mutating func finish() {}
}
