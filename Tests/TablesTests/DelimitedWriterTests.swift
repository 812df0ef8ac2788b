import Tables
import Testing

/// A generator whose numbers depend on its seed alone (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite("DelimitedWriter")
struct DelimitedWriterTests {
    private static let pieces = [
        "\"", "\"\"", ",", ";", "\t", "|", "，", "\n", "\r\n", "\r", " ", "\u{301}", "\u{FE0F}", "\u{200D}", "\u{FEFF}",
        "sep=", "SEP=;", "a", "é", "e\u{301}", "货号", "👩‍👩‍👧", "\u{A0}", "\u{3000}", "\u{2028}", "0",
    ]

    @Test("What was written is read back byte for byte", arguments: [",", ";", "\t", "|", "，", " "])
    func roundTrip(delimiter: String) throws {
        let delimiter = try #require(Delimiter(delimiter))
        var random = SeededGenerator(state: 7)
        for round in 0..<2000 {
            let width = Int.random(in: 1...4, using: &random)
            let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<width).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).flatMap { _ in
                        Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
                    }
                }
            }
            for mark in [[], ByteOrderMark.utf8] {
                var writer = DelimitedWriter(delimiter: delimiter)
                for row in rows { writer.append(row) }
                let text = try DecodedText(mark + writer.bytes)
                var reader = DelimitedReader(text.utf8, delimiter: delimiter)
                var again: [[[UInt8]]] = []
                while let row = try reader.next() { again.append(row.fields) }
                #expect(
                    again == rows, "round \(round): \(String(decoding: writer.bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test("Comma, semicolon and tab are recognised in what was written with them", arguments: [",", ";", "\t"])
    func recognised(delimiter: String) throws {
        var writer = DelimitedWriter(delimiter: try #require(Delimiter(delimiter)))
        let row = ["a;b;c", "d,e,f", "\t\t", "x"].map { Array($0.utf8) }
        writer.append(row)
        var reader = DelimitedReader(writer.bytes[...])
        #expect(try reader.next()?.fields == row)
    }

    @Test("Quotes stand only where they are needed")
    func quotes() {
        var writer = DelimitedWriter()
        writer.append(["a b", "1.5", "", "x;y", " z"].map { Array($0.utf8) })
        writer.append([[], []])
        #expect(writer.bytes == Array("a b,1.5,,\"x;y\",\" z\"\r\n\"\",\r\n".utf8) && writer.isASCII)
        writer.append([Array("é".utf8)])
        #expect(!writer.isASCII)
    }
}
