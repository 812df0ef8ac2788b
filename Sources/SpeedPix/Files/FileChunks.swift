import NIOCore
import Synchronization
import SystemPackage
import _NIOFileSystem

/// A part of an open file, in chunks whose memory is used again as soon as it is released.
///
/// NIO's own chunks are new memory each time. For the system that is fresh pages to clear and to map: on the way of a large
/// upload they cost more than reading and sending it.
struct FileChunks<Handle: ReadableFileHandleProtocol & Sendable>: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// As many as are on their way at a time, and some more.
    private static var slots: Int { 16 }

    let handle: Handle
    let range: Range<Int64>
    let length: Int

    /// Memory for one chunk.
    private final class Slot: Sendable {
        private let buffer = Mutex(ByteBuffer())

        /// - Returns: What was read; empty at the end of the file.
        func read(_ descriptor: FileDescriptor, at offset: Int64, upTo count: Int) throws -> ByteBuffer {
            try buffer.withLock { buffer in
                // Takes new memory if the last reader has not let go of this.
                buffer.clear(minimumCapacity: count)
                try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                    try descriptor.read(
                        fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
                }
                return buffer
            }
        }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        private let handle: Handle
        private let length: Int
        private var rest: Range<Int64>
        private var slots: [Slot] = []
        private var next = 0

        init(_ chunks: FileChunks) {
            handle = chunks.handle
            length = chunks.length
            rest = chunks.range
        }

        /// - Throws: `FileSystemError` or `Errno`.
        mutating func next() async throws -> ByteBuffer? {
            guard !rest.isEmpty else { return nil }
            if slots.count < FileChunks.slots { slots.append(Slot()) }
            let slot = slots[next]
            next = (next + 1) % FileChunks.slots
            let count = Int(Swift.min(Int64(length), Int64(rest.count)))
            let chunk = try await handle.withUnsafeDescriptor { [offset = rest.lowerBound] descriptor in
                try slot.read(descriptor, at: offset, upTo: count)
            }
            // A file that has become shorter just ends.
            guard chunk.readableBytes > 0 else {
                rest = rest.upperBound..<rest.upperBound
                return nil
            }
            rest = rest.lowerBound + Int64(chunk.readableBytes)..<rest.upperBound
            return chunk
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
