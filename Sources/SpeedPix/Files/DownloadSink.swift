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

/// A new file. Chunks are gathered: each write is a hop to another thread.
struct FileSink: DownloadSink {
    private static let bufferSize = 1 << 20

    private let handle: WriteFileHandle
    private var offset: Int64 = 0
    private var pending: [ByteBuffer] = []
    private var pendingSize = 0

    init(_ handle: WriteFileHandle) {
        self.handle = handle
    }

    mutating func write(_ chunk: ByteBuffer) async throws {
        pending.append(chunk)
        pendingSize += chunk.readableBytes
        if pendingSize >= Self.bufferSize { try await flush() }
    }

    mutating func startOver() async throws {
        drop()
        guard offset > 0 else { return }
        try await handle.resize(to: .zero)
        offset = 0
    }

    mutating func finish() async throws {
        try await flush()
    }

    private mutating func flush() async throws {
        guard pendingSize > 0 else { return }
        // As they came: putting them together first would cost more than writing them one by one.
        offset = try await handle.withUnsafeDescriptor { [pending, offset] descriptor in
            try pending.reduce(into: offset) { offset, chunk in
                offset += try chunk.withUnsafeReadableBytes {
                    Int64(try descriptor.writeAll(toAbsoluteOffset: offset, $0))
                }
            }
        }
        drop()
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
