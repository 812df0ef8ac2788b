import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file that came within an input, as a `data:` URI.
struct EmbeddedFile: Sendable, Equatable {
    /// Bytes. The official clients' rule; larger files are uploaded.
    static let largest = 1 << 20

    /// Without parameters.
    let mimeType: String
    let bytes: [UInt8]

    /// - Throws: ``Refusal`` without the name of the input, which the caller adds.
    init(_ text: String) throws(Refusal) {
        // Three characters for each byte is the most an encoding may need; more need not be decoded to be refused.
        guard text.utf8.count <= 3 * Self.largest + 1024 else { throw Self.tooLarge }
        let uri: DataURI
        do {
            uri = try DataURI(text)
        } catch {
            throw Self.refusal(error)
        }
        guard uri.bytes.count <= Self.largest else { throw Self.tooLarge }
        bytes = uri.bytes
        // RFC 2397: "If <mediatype> is omitted, it defaults to text/plain".
        mimeType = uri.mediaType.flatMap { $0.split(separator: ";").first.map(String.init) } ?? "text/plain"
    }

    private static func refusal(_ problem: DataURI.Problem) -> Refusal {
        switch problem {
        case .lacksComma: .invalidParameter("is not a data: URI: it has no comma")
        case .mediaType: .invalidParameter("is a data: URI whose media type is broken")
        case .percentEncoding: .invalidParameter("is a data: URI with a broken percent-encoding")
        case .base64: .invalidParameter("is a data: URI whose base64 is broken")
        }
    }

    /// The media type of a file that was sent as base64 alone; nil for a text that is not base64.
    ///
    /// A word may be base64, too, so it takes a file's signature, or more characters than a path has.
    static func bareType(_ text: String) -> String? {
        let characters = text.utf8.prefix(MediaType.sniffedLength)
        let isBase64 = characters.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "+/=\r\n".utf8.contains(byte)
        }
        guard isBase64, characters.count >= 16 else { return nil }
        // Whole groups of four characters, each of which is three bytes.
        let head = characters.filter { $0 != 0x0D && $0 != 0x0A }
        guard let bytes = Data(base64Encoded: Data(head.prefix(head.count / 4 * 4))) else { return nil }
        return MediaType.sniff(Array(bytes)) ?? (characters.count >= 1024 ? MediaType.unknown : nil)
    }

    private static var tooLarge: Refusal {
        .invalidParameter("is a data: URI of more than 1 MiB; upload the file and give its accessUrl")
    }
}
