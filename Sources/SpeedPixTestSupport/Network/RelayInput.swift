import HTTPTypes
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a connection brings, as bytes or as requests of HTTP/1.1 with a length.
struct RelayInput {
    struct Request: Sendable {
        var method: String
        var target: String
        var headers: HTTPFields
        var body: [UInt8]
    }

    private var chunks: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var pending = ByteBuffer()

    init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) {
        chunks = inbound.makeAsyncIterator()
    }

    /// Whatever comes next; nil at the end.
    mutating func next() async throws -> ByteBuffer? {
        guard pending.readableBytes == 0 else {
            defer { pending = ByteBuffer() }
            return pending
        }
        return try await chunks.next()
    }

    /// So many bytes.
    mutating func bytes(_ count: Int) async throws -> [UInt8] {
        while pending.readableBytes < count {
            guard var chunk = try await chunks.next() else { throw ChannelError.inputClosed }
            pending.writeBuffer(&chunk)
        }
        return pending.readBytes(length: count) ?? []
    }

    /// The next request; nil at the end.
    mutating func request() async throws -> Request? {
        let mark = Array("\r\n\r\n".utf8)
        while pending.readableBytesView.firstRange(of: mark) == nil {
            guard var chunk = try await chunks.next() else { return nil }
            pending.writeBuffer(&chunk)
        }
        guard let end = pending.readableBytesView.firstRange(of: mark) else { return nil }
        let head = pending.readString(length: end.upperBound - pending.readerIndex) ?? ""
        let lines = head.split(separator: "\r\n")
        let first = (lines.first ?? "").split(separator: " ")
        guard first.count == 3 else { return nil }
        var headers = HTTPFields()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) else {
                continue
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers.append(HTTPField(name: name, value: String(value)))
        }
        let length = headers[.contentLength].flatMap { Int($0) } ?? 0
        return Request(
            method: String(first[0]), target: String(first[1]), headers: headers, body: try await bytes(length))
    }
}

/// A text's bytes in base64.
func base64(_ text: String) -> String {
    Data(text.utf8).base64EncodedString()
}
