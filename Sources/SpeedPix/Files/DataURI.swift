#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file's content as text (RFC 2397): `data:[media type][;base64],content`.
struct DataURI {
    /// Without parameters of the URI itself; nil if it names none.
    var mediaType: String?
    var bytes: [UInt8]

    /// - Throws: ``SpeedPixError`` `invalid_argument` that says what is wrong, without the content.
    init(_ text: String) throws {
        guard text.prefix(5).lowercased() == "data:", let comma = text.firstIndex(of: ",") else {
            throw Self.malformed("it has no \"data:\" or no comma")
        }
        let header = text[text.index(text.startIndex, offsetBy: 5)..<comma]
        var parts = header.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        let isBase64 = parts.count > 1 && parts.last?.lowercased() == "base64"
        if isBase64 { parts.removeLast() }
        let type = parts.joined(separator: ";")
        // It becomes a header line.
        guard type.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { throw Self.malformed("its media type") }
        guard let name = parts.first, name.isEmpty || name.split(separator: "/").count == 2 else {
            throw Self.malformed("\"\(header.prefix(60))\" is no media type")
        }
        // ";charset=…" alone stands for text/plain with it.
        mediaType = type.isEmpty ? nil : name.isEmpty ? "text/plain" + type : type
        guard let plain = Self.percentDecoded(text[text.index(after: comma)...]) else {
            throw Self.malformed("a % is not followed by two hexadecimal digits")
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
        guard let data = Data(base64Encoded: Data(letters)) else { throw Self.malformed("its content is not base64") }
        bytes = Array(data)
    }

    /// The URI of a file's content, in base64.
    static func encode(_ bytes: [UInt8], mediaType: String) -> String {
        "data:\(mediaType);base64,\(Data(bytes).base64EncodedString())"
    }

    private static func percentDecoded(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(hexadecimal), let low = rest.next().flatMap(hexadecimal) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func malformed(_ reason: String) -> SpeedPixError {
        SpeedPixError(
            .invalidArgument, "the data: URI is malformed: \(reason)",
            remedy: "it reads data:image/png;base64,iVBORw0…, or percent-encoded without \";base64\"")
    }
}
