import HTTPTypes
import NIOHTTPCompression

/// How a body was compressed on its way, although the request did not allow it (RFC 9110, section 8.4).
struct BodyCoding: Equatable, CustomStringConvertible {
    /// Bytes that any body may unpack to: more than a disk should be filled with by a few megabytes. What is read into memory
    /// has limits of its own, far below.
    static let limit = NIOHTTPDecompression.DecompressionLimit.size(16 << 30)
    /// Those that AsyncHTTPClient undoes.
    private static let decodable = ["gzip", "deflate"]

    /// "gzip", "br" …, in lower case.
    let description: String

    /// Nil for a body that is as it was meant.
    init?(_ headers: HTTPFields) {
        guard let name = headers[.contentEncoding]?.lowercased(), !name.isEmpty, name != "identity" else { return nil }
        description = name.printable()
    }

    /// Whether AsyncHTTPClient can undo it.
    var isDecodable: Bool { Self.decodable.contains(description) }

    /// Whether a body that begins with these bytes is still compressed. A client with another configuration may have
    /// undone it and left the header.
    func isBeginning(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(2))
        return switch description {
        // RFC 1952, section 2.3.1.
        case "gzip", "x-gzip": start == [0x1F, 0x8B]
        // RFC 1950, section 2.2: the method, and a check of both bytes.
        case "deflate": start.count == 2 && start[0] & 0x0F == 8 && (Int(start[0]) << 8 | Int(start[1])) % 31 == 0
        default: true
        }
    }

    /// An error of unpacking as what it means for the caller; nil for any other error.
    static func transportError(_ error: any Error) -> TransportError? {
        let reason: String
        switch error {
        case NIOHTTPDecompression.DecompressionError.limit: reason = "unpacks to more than 16 GiB"
        case is NIOHTTPDecompression.DecompressionError: reason = "is damaged"
        case let error as NIOHTTPDecompression.ExtraDecompressionError:
            reason = error == .truncatedData ? "has no end" : "has something behind its end"
        default: return nil
        }
        return TransportError(
            "the body was sent compressed without being asked for, and \(reason)", mayHaveReachedService: true,
            cause: error)
    }
}
