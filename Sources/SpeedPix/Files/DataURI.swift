#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file's content as text (RFC 2397): `data:[media type][;base64],content`.
package struct DataURI: Sendable, Equatable {
    /// Why a text is not a `data:` URI.
    package enum Problem: Error, Equatable {
        /// It does not begin with `data:`, or has no comma.
        case lacksComma
        /// What stands where the media type belongs, or a part of it.
        case mediaType(String)
        /// A `%` is not followed by two hexadecimal digits.
        case percentEncoding
        case base64
    }

    /// With its own parameters, without `;base64`; nil if it names none.
    package var mediaType: String?
    package var bytes: [UInt8]

    /// - Throws: ``Problem``, without the content.
    package init(_ text: String) throws(Problem) {
        guard text.prefix(5).lowercased() == "data:", let comma = text.firstIndex(of: ",") else { throw .lacksComma }
        let header = text[text.index(text.startIndex, offsetBy: 5)..<comma]
        var parts = header.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        let isBase64 = parts.count > 1 && parts.last?.lowercased() == "base64"
        if isBase64 { parts.removeLast() }
        let type = parts.joined(separator: ";")
        // It becomes a header line.
        guard type.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), let name = parts.first,
            name.isEmpty || name.split(separator: "/").count == 2
        else { throw .mediaType(String(header.prefix(60))) }
        // ";charset=…" alone stands for text/plain with it.
        mediaType = type.isEmpty ? nil : name.isEmpty ? "text/plain" + type : type
        guard let plain = PercentEncoding.decodedBytes(text[text.index(after: comma)...]) else {
            throw .percentEncoding
        }
        guard isBase64 else {
            bytes = plain
            return
        }
        // Line breaks are usual in long ones, and the URL alphabet and missing padding are seen, too.
        var letters = plain.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }.map { letter in
            switch letter {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: letter
            }
        }
        if letters.last != UInt8(ascii: "=") {
            letters += Array(repeating: UInt8(ascii: "="), count: (4 - letters.count % 4) % 4)
        }
        guard let data = Data(base64Encoded: Data(letters)) else { throw .base64 }
        bytes = Array(data)
    }

    /// The URI of a file's content, in base64.
    package static func encode(_ bytes: [UInt8], mediaType: String) -> String {
        "data:\(mediaType);base64,\(Data(bytes).base64EncodedString())"
    }
}

extension SpeedPixError {
    /// A `data:` URI that was given as a source and is none: `invalid_argument`.
    init(_ problem: DataURI.Problem) {
        let reason =
            switch problem {
            case .lacksComma: "it has no \"data:\" or no comma"
            case .mediaType(let text): "\"\(text.printable())\" is not a media type"
            case .percentEncoding: "a % is not followed by two hexadecimal digits"
            case .base64: "its content is not base64"
            }
        self.init(
            .invalidArgument, "the data: URI is malformed: \(reason)",
            remedy: "it reads data:image/png;base64,iVBORw0…, or percent-encoded without \";base64\"")
    }
}
