/// The chunks of a PNG file (PNG specification, 5.3): length, name, data, checksum.
enum PNGChunks {
    static func truncation(in bytes: [UInt8]) -> Truncation? {
        let reader = ByteReader(bytes)
        var at = 8  // the signature
        while at < bytes.count {
            guard let length = reader.number(at: at, bytes: 4), let name = reader.name(at: at + 4) else {
                // What is not a name is broken, and not merely cut off.
                return at + 8 > bytes.count ? Truncation(place: "inside a chunk's header", costsPixels: false) : nil
            }
            guard length + 12 <= bytes.count - at else {
                return Truncation(place: "inside its chunk \(name)", costsPixels: name == "IDAT")
            }
            if name == "IEND" { return nil }
            at += length + 12
        }
        return Truncation(place: "before its end mark, the chunk IEND", costsPixels: false)
    }
}
