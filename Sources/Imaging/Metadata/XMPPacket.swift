/// XMP as files embed it: RDF in XML. Read and changed as text, since nothing else of it is of interest here.
enum XMPPacket {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A packet of three properties; nil if there is none of them.
    static func packet(rights: String?, creator: String?, description: String?) -> String? {
        func escaped(_ text: String) -> String {
            let plain = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 }))
            return plain.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        func property(_ name: String, _ list: String, _ text: String?) -> String {
            guard let text else { return "" }
            let language = list == "Alt" ? " xml:lang=\"x-default\"" : ""
            return "<dc:\(name)><rdf:\(list)><rdf:li\(language)>\(escaped(text))</rdf:li></rdf:\(list)></dc:\(name)>"
        }
        let properties =
            property("rights", "Alt", rights) + property("creator", "Seq", creator)
            + property("description", "Alt", description)
        guard !properties.isEmpty else { return nil }
        return """
            <?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
            xmlns:dc="http://purl.org/dc/elements/1.1/">\(properties)</rdf:Description></rdf:RDF></x:xmpmeta>\
            <?xpacket end="w"?>
            """
    }

    /// The packet for a picture that is upright and may have been changed; nil if it needs no change.
    static func withoutOrientationAndThumbnails(_ packet: [UInt8]) -> [UInt8]? {
        var result = packet
        // As an attribute, in either quote, and as an element; one digit each.
        for start in ["tiff:Orientation=\"", "tiff:Orientation='", "<tiff:Orientation>"] {
            for at in places(of: bytes(start), in: result) where at < result.count && (0x32...0x38).contains(result[at])
            {
                result[at] = UInt8(ascii: "1")
            }
        }
        for name in ["xmp:Thumbnails", "xap:Thumbnails"] {
            while let range = element(name, in: result) { result.removeSubrange(range) }
        }
        return result == packet ? nil : result
    }

    /// The text of a property, the first of several languages or items.
    static func text(of property: String, in packet: [UInt8]) -> String? {
        guard let range = element(property, in: packet) else {
            guard let start = places(of: bytes("\(property)=\""), in: packet).first,
                let end = packet[start...].firstIndex(of: UInt8(ascii: "\""))
            else { return nil }
            return unescaped(packet[start..<end])
        }
        // Past the tags: what is left between two of them and is not blank.
        var isInTag = false
        var text: [UInt8] = []
        for byte in packet[range] {
            if byte == UInt8(ascii: "<") {
                if text.contains(where: { $0 > 32 }) { break }
                (isInTag, text) = (true, [])
            } else if byte == UInt8(ascii: ">") {
                isInTag = false
            } else if !isInTag {
                text.append(byte)
            }
        }
        let found = unescaped(text[...])
        return found.isEmpty ? nil : found
    }

    /// An element from the beginning of its first tag to the end of its last.
    private static func element(_ name: String, in packet: [UInt8]) -> Range<Int>? {
        let begin = bytes("<\(name)")
        guard let opened = places(of: begin, in: packet).first,
            let close = places(of: bytes("</\(name)>"), in: packet, from: opened).first
        else { return nil }
        return opened - begin.count..<close
    }

    /// Behind every place where something stands.
    private static func places(of pattern: [UInt8], in text: [UInt8], from start: Int = 0) -> [Int] {
        var found: [Int] = []
        var at = start
        while at + pattern.count <= text.count {
            guard let first = text[at...].firstIndex(of: pattern[0]), first + pattern.count <= text.count else { break }
            if text[first..<first + pattern.count].elementsEqual(pattern) {
                found.append(first + pattern.count)
                at = first + pattern.count
            } else {
                at = first + 1
            }
        }
        return found
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        for (name, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
            text = text.replacing(name, with: character)
        }
        let blank: (Character) -> Bool = { $0.isWhitespace }
        return String(String(text.drop(while: blank).reversed()).drop(while: blank).reversed())
    }
}
