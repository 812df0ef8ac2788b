/// Tiny PNG files, as ComfyUI saves them: with the graph in a text chunk.
package enum TestPNG {
    /// One pixel.
    ///
    /// - Parameters:
    ///   - color: Red, green, blue, in the three lowest bytes.
    ///   - texts: Keywords and Latin-1 texts of `tEXt` chunks, such as `prompt`.
    package static func pixel(_ color: UInt32, texts: [(String, String)] = []) -> [UInt8] {
        // Width 1, height 1, 8 bits, RGB, no interlacing.
        let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]
        // A row begins with its filter.
        let row: [UInt8] = [0, UInt8(color >> 16 & 255), UInt8(color >> 8 & 255), UInt8(color & 255)]
        let chunks = texts.flatMap { chunk("tEXt", Array($0.utf8) + [0] + Array($1.utf8)) }
        return signature + chunk("IHDR", header) + chunks + chunk("IDAT", stored(row)) + chunk("IEND", [])
    }

    /// A file of some bytes that says that it is 30,000 pixels wide and high.
    package static var bomb: [UInt8] {
        let header = bigEndian(30_000) + bigEndian(30_000) + [8, 2, 0, 0, 0]
        return signature + chunk("IHDR", header) + chunk("IDAT", stored([])) + chunk("IEND", [])
    }

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A zlib stream of one block that is not compressed (RFC 1950, RFC 1951).
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let (low, high) = (UInt8(bytes.count & 255), UInt8(bytes.count >> 8 & 255))
        var sums: (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            sums.0 = (sums.0 + UInt32(byte)) % 65521
            sums.1 = (sums.1 + sums.0) % 65521
        }
        return [0x78, 0x01, 0x01, low, high, ~low, ~high] + bytes + bigEndian(sums.1 << 16 | sums.0)
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        ([24, 16, 8, 0] as [UInt32]).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// CRC-32 (PNG specification, annex D).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
        }
        return ~crc
    }
}
