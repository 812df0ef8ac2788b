// What a file is by its first bytes, for names that do not say. The signatures are those of the formats' own
// specifications, as the WHATWG's "MIME Sniffing" standard lists most of them.
extension MediaType {
    /// How many of the first bytes it takes.
    package static let sniffedLength = 4096

    /// The type that the first bytes of a file show; nil for content without a signature, such as plain text.
    package static func sniff(_ head: [UInt8]) -> String? {
        for (start, type) in byStart where head.starts(with: start) { return type }
        if head.starts(with: Array("RIFF".utf8)) { return riff[text(of: head, at: 8, count: 4)] }
        if text(of: head, at: 4, count: 4) == "ftyp" { return isoMedia(head) }
        // Matroska names its use of EBML near the start.
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            return contains(head.prefix(64), "webm") ? "video/webm" : "video/x-matroska"
        }
        // Sync word and layer III; layers I and II share nothing else with a file of today.
        if head.count > 2, head[0] == 0xFF, [0xFA, 0xFB, 0xF2, 0xF3, 0xE2, 0xE3].contains(head[1]), head[2] != 0xFF {
            return "audio/mpeg"
        }
        if head.count > 2, head[0] == 0xFF, head[1] & 0xF6 == 0xF0 { return "audio/aac" }
        return isSVG(head) ? "image/svg+xml" : nil
    }

    private static let byStart: [([UInt8], String)] = [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        (Array("GIF87a".utf8), "image/gif"), (Array("GIF89a".utf8), "image/gif"), (Array("BM".utf8), "image/bmp"),
        ([0x49, 0x49, 0x2A, 0x00], "image/tiff"), ([0x4D, 0x4D, 0x00, 0x2A], "image/tiff"),
        (Array("%PDF-".utf8), "application/pdf"), ([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        ([0x50, 0x4B, 0x05, 0x06], "application/zip"), (Array("fLaC".utf8), "audio/flac"),
        (Array("OggS".utf8), "audio/ogg"), (Array("ID3".utf8), "audio/mpeg"),
    ]

    private static let riff = ["WEBP": "image/webp", "WAVE": "audio/wav", "AVI ": "video/x-msvideo"]

    /// The ISO base media formats, by their major brand (ISO/IEC 14496-12) and, for pictures, the compatible ones.
    private static func isoMedia(_ head: [UInt8]) -> String {
        let length = min(head.count, max(head.prefix(4).reduce(0) { $0 << 8 | Int($1) }, 16), 256)
        var brands = [text(of: head, at: 8, count: 4)]
        brands += stride(from: 16, to: length - 3, by: 4).map { text(of: head, at: $0, count: 4) }
        for brand in brands {
            switch brand {
            case "avif", "avis": return "image/avif"
            case "heic", "heix", "hevc", "hevx", "heim", "heis": return "image/heic"
            default: continue
            }
        }
        return switch brands.first ?? "" {
        case "mif1", "msf1": "image/heif"
        case "qt  ": "video/quicktime"
        case "M4A ", "M4B ", "M4P ": "audio/mp4"
        case "M4V ", "M4VH", "M4VP": "video/x-m4v"
        default: "video/mp4"
        }
    }

    /// Text whose first element is `<svg`, after whatever XML allows before it.
    private static func isSVG(_ head: [UInt8]) -> Bool {
        var text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
        text = text.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard text.first == UInt8(ascii: "<"), let tag = index(of: "<svg", in: text) else { return false }
        let after = text.dropFirst(tag - text.startIndex + 4).first
        guard after.map({ [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ">"), UInt8(ascii: "/")].contains($0) }) ?? false else {
            return false
        }
        // A page with a drawing in it is not a drawing.
        return tag == text.startIndex
            || [Array("<?xml".utf8), Array("<!--".utf8), Array("<!DOCTYPE svg".utf8)]
                .contains { text.starts(with: $0) }
    }

    private static func text(of head: [UInt8], at offset: Int, count: Int) -> String {
        guard head.count >= offset + count else { return "" }
        return String(decoding: head[offset..<offset + count], as: UTF8.self)
    }

    private static func contains(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
        index(of: word, in: bytes) != nil
    }

    private static func index(of word: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let word = Array(word.utf8)
        guard bytes.count >= word.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - word.count).first { bytes[$0...].starts(with: word) }
    }
}
