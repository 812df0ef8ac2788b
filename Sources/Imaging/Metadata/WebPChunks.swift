/// WebP's container: chunks of a name, a length and content (WebP Container Specification).
enum WebPChunks {
    /// The file without its EXIF, for pictures that have none: libvips gives every WebP one, with the tags that EXIF demands.
    static func withoutEXIF(_ file: [UInt8]) -> [UInt8] {
        let reader = ByteReader(file, littleEndian: true)
        guard reader.name(at: 8) == "WEBP", reader.name(at: 12) == "VP8X" else { return file }
        var result = Array(file.prefix(12))
        var at = 12
        while let name = reader.name(at: at), let length = reader.number(at: at + 4, bytes: 4) {
            // A chunk of an odd length is followed by one more byte.
            let end = min(at + 8 + length + length % 2, file.count)
            if name != "EXIF" { result += file[at..<end] }
            at = end
        }
        guard at == file.count, result.count > 20 else { return file }
        // The extended header's flag that says that there is EXIF.
        result[20] &= ~0x08
        let length = result.count - 8
        for byte in 0..<4 { result[4 + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
        return result
    }
}
