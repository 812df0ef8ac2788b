import Crypto
import NIOCore
import _NIOFileSystem

/// The bytes of an upload, open: the size is known, and they can be read more than once.
struct UploadContent: Sendable {
    /// How much is read and sent at a time.
    static let chunkLength = 256 << 10
    /// How much a sample takes at each of three places.
    static let samplePart: Int64 = 64 << 10

    let size: Int64
    /// The SHA-256 of everything, where it came for nothing.
    let digest: SHA256Digest?
    /// The version of the file that is open, if it is one.
    let version: FileVersion?
    private let currentVersion: @Sendable () async throws -> FileVersion?
    private let bytes: [UInt8]?
    private let read: @Sendable (Range<Int64>) -> AnyByteStream

    init(_ bytes: [UInt8]) {
        size = Int64(bytes.count)
        digest = nil
        version = nil
        currentVersion = { nil }
        self.bytes = bytes
        read = { AnyByteStream(ArrayChunks(bytes: bytes, range: Int($0.lowerBound)..<Int($0.upperBound))) }
    }

    /// What was spooled.
    ///
    /// - Parameter handle: Open for as long as the value is used.
    init(_ handle: ReadWriteFileHandle, size: Int64, digest: SHA256Digest) {
        self.init(handle, size: size, digest: digest, version: nil)
    }

    /// A file.
    ///
    /// - Parameter handle: Open for as long as the value is used.
    init(_ handle: ReadFileHandle, _ info: FileInfo) {
        self.init(handle, size: info.size, digest: nil, version: FileVersion(info))
    }

    private init(
        _ handle: some ReadableFileHandleProtocol & Sendable, size: Int64, digest: SHA256Digest?, version: FileVersion?
    ) {
        self.size = size
        self.digest = digest
        self.version = version
        currentVersion = { FileVersion(try await handle.info()) }
        bytes = nil
        read = { AnyByteStream(FileChunks(handle: handle, range: $0, length: Self.chunkLength)) }
    }

    /// Whether the file is still as it was when it was opened.
    func isUnchanged() async throws -> Bool {
        guard let version else { return true }
        return try await currentVersion() == version
    }

    /// The bytes of a part.
    func chunks(_ range: Range<Int64>) -> AnyByteStream { read(range) }

    /// Everything, in memory.
    func collect() async throws -> [UInt8] {
        if let bytes { return bytes }
        var collected: [UInt8] = []
        for try await chunk in read(0..<size) { collected.append(contentsOf: chunk.readableBytesView) }
        return collected
    }

    /// The SHA-256 of everything; it costs reading everything unless it is known.
    func wholeDigest() async throws -> SHA256Digest {
        if let digest { return digest }
        return try await Self.digest(of: [read(0..<size)])
    }

    /// Distinguishes most contents by a few reads: the SHA-256 of the beginning, the middle and the end. Of
    /// a small content it is that of the whole.
    func sample() async throws -> (digest: SHA256Digest, isWhole: Bool) {
        let part = Self.samplePart
        guard size > 3 * part else { return (try await Self.digest(of: [read(0..<size)]), true) }
        let middle = size / 2
        let parts = [0..<part, middle..<middle + part, size - part..<size]
        return (try await Self.digest(of: parts.map(read)), false)
    }

    /// The first bytes, as many as it takes to know a format.
    func head() async throws -> [UInt8] {
        let length = min(size, Int64(MediaType.sniffedLength))
        guard length > 0 else { return [] }
        var head: [UInt8] = []
        for try await chunk in read(0..<length) { head.append(contentsOf: chunk.readableBytesView) }
        return head
    }

    private static func digest(of streams: [AnyByteStream]) async throws -> SHA256Digest {
        var hasher = SHA256()
        for stream in streams {
            for try await chunk in stream {
                try Task.checkCancellation()
                hasher.update(chunk)
            }
        }
        return hasher.finalize()
    }
}

extension SHA256 {
    mutating func update(_ chunk: ByteBuffer) {
        chunk.withUnsafeReadableBytes { update(bufferPointer: $0) }
    }
}

/// Parts of an array as chunks, without a copy of the whole.
private struct ArrayChunks: AsyncSequence, Sendable {
    let bytes: [UInt8]
    let range: Range<Int>

    struct AsyncIterator: AsyncIteratorProtocol {
        let bytes: [UInt8]
        var rest: Range<Int>

        mutating func next() async throws -> ByteBuffer? {
            guard !rest.isEmpty else { return nil }
            let end = Swift.min(rest.lowerBound + UploadContent.chunkLength, rest.upperBound)
            defer { rest = end..<rest.upperBound }
            return ByteBuffer(bytes: bytes[rest.lowerBound..<end])
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes: bytes, rest: range) }
}
