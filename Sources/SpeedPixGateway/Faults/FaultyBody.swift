import HTTPTypes
import Hummingbird
import NIOCore

/// Lets so many bytes of a body through, then ends the connection.
struct TruncatingWriter: ResponseBodyWriter {
    private var base: any ResponseBodyWriter
    private var rest: Int

    init(_ base: any ResponseBodyWriter, after count: Int) {
        self.base = base
        rest = count
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        guard rest > 0 else { throw ConnectionEnd.cut }
        var buffer = buffer
        guard let part = buffer.readSlice(length: min(rest, buffer.readableBytes)), part.readableBytes > 0 else {
            return
        }
        rest -= part.readableBytes
        try await base.write(part)
        if rest == 0 { throw ConnectionEnd.cut }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        // More was announced than there is.
        throw ConnectionEnd.cut
    }
}

/// Writes a body in small chunks with a pause after each.
struct SlowWriter: ResponseBodyWriter {
    private var base: any ResponseBodyWriter
    private let bytesPerWrite: Int
    private let pause: Duration
    private let clock: any Clock<Duration>

    init(_ base: any ResponseBodyWriter, bytesPerWrite: Int, pause: Duration, clock: any Clock<Duration>) {
        self.base = base
        self.bytesPerWrite = max(bytesPerWrite, 1)
        self.pause = pause
        self.clock = clock
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        while let chunk = buffer.readSlice(length: min(bytesPerWrite, buffer.readableBytes)), chunk.readableBytes > 0 {
            try await base.write(chunk)
            try await clock.sleep(for: pause)
        }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await base.finish(trailingHeaders)
    }
}
