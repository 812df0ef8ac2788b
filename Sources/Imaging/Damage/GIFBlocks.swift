/// The blocks of a GIF file (GIF89a, appendix B).
enum GIFBlocks {
    static func truncation(in bytes: [UInt8]) -> Truncation? {
        let reader = ByteReader(bytes)
        guard let packed = reader[10] else { return Truncation(place: "inside its header", costsPixels: true) }
        var at = 13 + colorTable(packed)
        var frames = 0
        while let introducer = reader[at] {
            switch introducer {
            case 0x3B: return nil
            case 0x21:
                guard let end = endOfData(reader, at + 2) else {
                    return Truncation(place: "inside an extension", costsPixels: frames == 0)
                }
                at = end
            case 0x2C:
                frames += 1
                // Position and size, the frame's own colours, the size of its first codes, and its data.
                guard let packed = reader[at + 9], let end = endOfData(reader, at + 11 + colorTable(packed)) else {
                    return Truncation(place: "inside frame \(frames)", costsPixels: true)
                }
                at = end
            default:
                // Broken, and not merely cut off.
                return nil
            }
        }
        return Truncation(place: "before its end mark", costsPixels: frames == 0)
    }

    private static func colorTable(_ packed: UInt8) -> Int {
        packed & 0x80 == 0 ? 0 : 3 << (Int(packed & 7) + 1)
    }

    /// Blocks of up to 255 bytes, of which an empty one is the last.
    private static func endOfData(_ reader: ByteReader, _ start: Int) -> Int? {
        var at = start
        while let length = reader[at] {
            at += 1 + Int(length)
            if length == 0 { return at }
        }
        return nil
    }
}
