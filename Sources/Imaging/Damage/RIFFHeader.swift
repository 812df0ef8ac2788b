/// The header of a WebP file: RIFF and the length of all that follows.
enum RIFFHeader {
    static func truncation(in bytes: [UInt8]) -> Truncation? {
        guard let length = ByteReader(bytes, littleEndian: true).number(at: 4, bytes: 4) else { return nil }
        let whole = length + 8
        guard bytes.count < whole else { return nil }
        return Truncation(place: "after \(bytes.count) of its \(whole) bytes", costsPixels: true)
    }
}
