/// The outermost boxes of a HEIF file (ISO 14496-12, 4.2): length, name, content.
enum MediaBoxes {
    static func truncation(in bytes: [UInt8]) -> Truncation? {
        let reader = ByteReader(bytes)
        var at = 0
        while at < bytes.count {
            guard let short = reader.number(at: at, bytes: 4), let name = reader.name(at: at + 4) else { return nil }
            // 0 is "to the end", 1 a length of 64 bits behind the name.
            let length = short == 1 ? reader.number(at: at + 8, bytes: 8) : short
            guard let length, length >= 8 else { return nil }
            guard length <= bytes.count - at else {
                return Truncation(place: "inside its box \(name)", costsPixels: true)
            }
            at += length
        }
        return nil
    }
}
