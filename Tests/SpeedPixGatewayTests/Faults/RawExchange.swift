import HTTPTypes
import NIOCore
import NIOPosix
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// All that a server sends until it ends the connection, to the last byte: an HTTP client may drop what it has received
/// and not yet handed on when a connection breaks.
struct RawExchange {
    /// Status line and header fields.
    let head: String
    let body: [UInt8]

    init(
        _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], sending content: [UInt8] = []
    ) async throws {
        let url = try #require(URL(string: url))
        let host = try #require(url.host())
        let port = try #require(url.port)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let target = url.path() + (url.query().map { "?" + $0 } ?? "")
        var request = "\(method) \(target) HTTP/1.1\r\nHost: \(host):\(port)\r\nContent-Length: \(content.count)\r\n"
        for field in headers { request += "\(field.name): \(field.value)\r\n" }

        var bytes = try await channel.executeThenClose { [request] inbound, outbound in
            try await outbound.write(ByteBuffer(string: request + "\r\n"))
            try await outbound.write(ByteBuffer(bytes: content))
            var bytes = ByteBuffer()
            for try await var chunk in inbound { bytes.writeBuffer(&chunk) }
            return bytes
        }
        let end = try #require(bytes.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound)
        head = bytes.readString(length: end - bytes.readerIndex) ?? ""
        body = Array(buffer: bytes)
    }
}
