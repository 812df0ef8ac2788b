import Crypto
import RegexBuilder

// URLs in texts without what gives access: a query with a signature, a name and password.
extension JSONValue {
    /// The value with every URL in it cut off where its query begins, and every `data:` URI where its content does, with
    /// the SHA-256 of the whole: what is kept for long must not give access to anything, nor hold pictures.
    public var withoutSignatures: JSONValue {
        switch self {
        case .string(let text): .string(text.withoutSignatures)
        case .array(let values): .array(values.map(\.withoutSignatures))
        case .object(let members): .object(members.mapValues(\.withoutSignatures))
        default: self
        }
    }
}

extension String {
    /// The text with every URL in it cut off where its query begins, without a name and password, and every `data:` URI where its
    /// content does.
    public var withoutSignatures: String {
        // Most texts hold neither: looked for byte by byte, since searching a string by its characters takes microseconds.
        guard utf8.contains(UInt8(ascii: ":")) else { return self }
        if let url = plainURLWithoutQuery { return url }
        var text = withoutURLSignatures(ofAnyScheme: false)
        if text.contains("data:") {
            text.replace(/(data:[\w.+\/;=-]*,)([\w+\/=%.~-]*)/) { match in
                "\(match.output.1)sha256-\(SHA256.hash(data: Array(match.output.2.utf8)).hexadecimal)"
            }
        }
        return text
    }

    /// The text with URLs in it cut off where their queries begin, and without a name and password. `data:` URIs stay.
    ///
    /// - Parameter ofAnyScheme: Whether that goes for `ftp://` and `s3://`, too, and not for HTTP alone.
    package func withoutURLSignatures(ofAnyScheme: Bool) -> String {
        guard contains("://") else { return self }
        let start: Regex<Substring> = ofAnyScheme ? /:\/\// : /(?i)https?:\/\//
        let named = Regex {
            Capture { start }
            /[^\s\/@"'<>]*@/
        }
        let signed = Regex {
            Capture {
                start
                /[^\s?#"'<>)\]]*/
            }
            /[?#][^\s"'<>)\]]*/
        }
        return replacing(named) { $0.output.1 }.replacing(signed) { $0.output.1 }
    }

    /// A URL without its query and fragment: the same in every answer that names the same file, whose query signs it anew.
    package var withoutQuery: String {
        let end = utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        return end.map { String(self[..<$0]) } ?? self
    }

    /// ``withoutSignatures`` of a text that is one URL and nothing else, as most are, without the cost of regular expressions;
    /// nil for any other text.
    private var plainURLWithoutQuery: String? {
        guard hasPrefix("https://") || hasPrefix("http://") else { return nil }
        var end: Index?
        for index in utf8.indices {
            switch utf8[index] {
            case UInt8(ascii: "?"), UInt8(ascii: "#"): end = end ?? index
            // What may end a URL, a name and password, or content.
            case ...UInt8(ascii: " "), 127..., UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "@"), UInt8(ascii: ","):
                return nil
            default: continue
            }
        }
        return end.map { String(self[..<$0]) } ?? self
    }
}
