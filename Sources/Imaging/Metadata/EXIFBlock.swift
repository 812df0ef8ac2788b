/// EXIF as files embed it: a TIFF of directories (EXIF 2.3, 4.5), in JPEG with `Exif` and two zeros before it.
enum EXIFBlock {
    private static let mark = Array("Exif\0\0".utf8)

    /// The tags of a block's main directory and of the one for the exposure; nil if it is not understood.
    static func tags(of block: [UInt8]) -> Set<Int>? {
        let start = block.starts(with: mark) ? mark.count : 0
        guard block.count >= start + 8 else { return nil }
        let reader = ByteReader(Array(block[start...]), littleEndian: block[start] == UInt8(ascii: "I"))
        func entries(at directory: Int) -> [(tag: Int, value: Int)]? {
            guard let count = reader.number(at: directory, bytes: 2) else { return nil }
            return (0..<count).compactMap { index in
                let entry = directory + 2 + index * 12
                guard let tag = reader.number(at: entry, bytes: 2), let value = reader.number(at: entry + 8, bytes: 4)
                else { return nil }
                return (tag, value)
            }
        }
        guard let main = reader.number(at: 4, bytes: 4).flatMap(entries(at:)) else { return nil }
        let exposure = main.first { $0.tag == 0x8769 }.flatMap { entries(at: $0.value) } ?? []
        return Set((main + exposure).map(\.tag))
    }

    /// The block for a picture that is upright and may have been changed: orientation 1, and neither the thumbnail's directory
    /// nor its bytes. Nil if it needs no change, or is not understood.
    static func withoutOrientationAndThumbnail(_ block: [UInt8]) -> [UInt8]? {
        let start = block.starts(with: mark) ? mark.count : 0
        guard block.count >= start + 8 else { return nil }
        let isLittle = block[start] == UInt8(ascii: "I")
        var result = block
        func number(_ at: Int, _ bytes: Int) -> Int? {
            guard at >= start, at <= block.count - bytes else { return nil }
            let digits = block[at..<at + bytes]
            return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
        }
        /// A directory's entries, and where the place of the next one is written.
        func directory(_ at: Int) -> (entries: [Int], next: Int)? {
            guard let count = number(at, 2), at + 2 + count * 12 + 4 <= block.count else { return nil }
            return ((0..<count).map { at + 2 + $0 * 12 }, at + 2 + count * 12)
        }
        guard let offset = number(start + 4, 4), let main = directory(start + offset) else { return nil }
        for entry in main.entries where number(entry, 2) == 0x0112 {
            result.replaceSubrange(entry + 8..<entry + 12, with: isLittle ? [1, 0, 0, 0] : [0, 1, 0, 0])
        }
        if let second = number(main.next, 4), second > 0 {
            result.replaceSubrange(main.next..<main.next + 4, with: [0, 0, 0, 0])
            let entries = directory(start + second)?.entries ?? []
            let value = { (tag: Int) in entries.first { number($0, 2) == tag }.flatMap { number($0 + 8, 4) } }
            // Where the thumbnail is, and its length.
            if let place = value(0x0201), let length = value(0x0202), place + start < block.count {
                let end = min(start + place + length, block.count)
                for at in (start + place)..<end { result[at] = 0 }
            }
        }
        return result == block ? nil : result
    }
}
