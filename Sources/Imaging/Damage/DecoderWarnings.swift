internal import CImaging

/// What a decoder complained of and went on.
struct DecoderWarnings: Equatable {
    /// Each complaint once, without the library's name before it. Of JPEG it is the first one only.
    let lines: [String]
    /// How many there were.
    let count: Int

    /// Calls `body` with the place where the C face leaves them.
    static func collecting<R>(_ body: (UnsafeMutablePointer<spx_warnings>) throws -> R) rethrows -> (R, DecoderWarnings)
    {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { text in
            text.initialize(repeating: 0)
            var warnings = spx_warnings(text: text.baseAddress, capacity: text.count, count: 0)
            let result = try body(&warnings)
            let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { Self.plain($0) }
            return (result, DecoderWarnings(lines: lines, count: Int(warnings.count)))
        }
    }

    /// Without the domain that libvips puts before libjpeg's words.
    private static func plain(_ line: Substring) -> String {
        line.hasPrefix("VipsJpeg: ") ? String(line.dropFirst(10)) : String(line)
    }

    /// libjpeg's words for "there was no data for these pixels, and they were made up". All its other warnings leave every
    /// pixel in its place. (jerror.h: JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_ARITH_BAD_CODE, JWRN_MUST_RESYNC,
    /// JWRN_JPEG_EOF) libvips passes on the words and not libjpeg's number for them.
    private static let losses = [
        "premature end of data segment", "bad Huffman code", "bad arithmetic code", "found marker",
        "Premature end of JPEG file",
    ]

    /// The warning that reports lost pixels.
    var loss: String? {
        lines.first { line in Self.losses.contains { line.contains($0) } }
    }
}
