/// Photoshop's resources, the block in which files keep IPTC: `8BIM`, a number, a name, a length, data, one after the other.
///
/// JPEG has `Photoshop 3.0` and a zero before them; TIFF may have IPTC's own records alone.
enum PhotoshopResources {
    private static let header = Array("Photoshop 3.0\0".utf8)
    private static let signature = Array("8BIM".utf8)

    private struct Resource {
        var number: Int
        /// With everything that belongs to it.
        var whole: Range<Int>
        var data: Range<Int>
    }

    /// The block without pictures of how the picture was (numbers 1033 and 1036); nil if it has none, or is not understood.
    static func withoutThumbnails(_ block: [UInt8]) -> [UInt8]? {
        let thumbnails = resources(in: block).filter { $0.number == 1033 || $0.number == 1036 }
        guard !thumbnails.isEmpty else { return nil }
        var result = block
        for thumbnail in thumbnails.reversed() { result.removeSubrange(thumbnail.whole) }
        return result
    }

    /// The text of an IPTC record of the second part (IIM 4.2): 80 who made it, 116 who holds the rights, 120 what it shows.
    static func record(_ number: UInt8, in block: [UInt8]) -> String? {
        let records = resources(in: block).first { $0.number == 1028 }.map { block[$0.data] } ?? block[...]
        var at = records.startIndex
        while at + 5 <= records.endIndex, records[at] == 0x1C {
            let length = Int(records[at + 3]) << 8 | Int(records[at + 4])
            // A length of more than 15 bits is written otherwise; nothing that is looked for is that long.
            guard length < 0x8000, at + 5 + length <= records.endIndex else { return nil }
            if records[at + 1] == 2, records[at + 2] == number {
                return text(records[(at + 5)..<(at + 5 + length)])
            }
            at += 5 + length
        }
        return nil
    }

    /// Older programs wrote Latin-1, and nothing says so reliably.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private static func resources(in block: [UInt8]) -> [Resource] {
        var list: [Resource] = []
        var at = block.starts(with: header) ? header.count : 0
        while at + 12 <= block.count, block[at..<at + 4].elementsEqual(signature) {
            let start = at
            let number = Int(block[at + 4]) << 8 | Int(block[at + 5])
            // A name with its length before it, together of an even number of bytes.
            at += 6 + (Int(block[at + 6]) + 2) / 2 * 2
            guard at + 4 <= block.count else { break }
            let length = block[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            at += 4
            guard length <= block.count - at else { break }
            let data = at..<at + length
            at = min(at + length + length % 2, block.count)
            list.append(Resource(number: number, whole: start..<at, data: data))
        }
        return list
    }
}
