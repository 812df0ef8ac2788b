import Imaging

/// A picture in DEC's sixels: 216 colours, spread by ordered dithering, and stripes of six rows.
struct SixelEncoder {
    private let width: Int
    private let height: Int
    /// A colour of the cube for each pixel; nil where the picture is transparent.
    private let colors: [Int?]

    /// Thresholds of a 4 × 4 Bayer matrix: neighbours round differently, and together they come out right.
    private static let thresholds = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

    init(_ image: Image) {
        let (width, height) = (image.width, image.height)
        let pixels = image.pixels
        let bands = pixels.count / (width * height)
        self.width = width
        self.height = height
        colors = (0..<width * height).map { pixel in
            let at = pixel * bands
            if bands == 4, pixels[at + 3] < 128 { return nil }
            let threshold = Self.thresholds[(pixel / width % 4) * 4 + pixel % width % 4]
            // 51 is a step of the cube; the threshold decides at which sixteenth of it the next step begins.
            func level(_ value: UInt8) -> Int { min(5, (Int(value) * 32 + 51 * (2 * threshold + 1)) / (51 * 32)) }
            return 36 * level(pixels[at]) + 6 * level(pixels[at + 1]) + level(pixels[at + 2])
        }
    }

    /// P2=1: what has no colour stays as it is.
    var bytes: [UInt8] {
        var text = "\u{1B}P0;1q\"1;1;\(width);\(height)"
        for color in Set(colors.compactMap(\.self)).sorted() {
            // In percent.
            text += "#\(color);2;\(color / 36 * 20);\(color / 6 % 6 * 20);\(color % 6 * 20)"
        }
        for top in stride(from: 0, to: height, by: 6) { text += stripe(top) }
        return Array((text + "\u{1B}\\\n").utf8)
    }

    /// Each colour paints its dots of the stripe, then the carriage returns for the next.
    private func stripe(_ top: Int) -> String {
        var dots: [Int: [UInt8]] = [:]
        for row in 0..<min(6, height - top) {
            for x in 0..<width {
                guard let color = colors[(top + row) * width + x] else { continue }
                dots[color, default: Array(repeating: 0, count: width)][x] |= 1 << UInt8(row)
            }
        }
        return dots.sorted { $0.key < $1.key }.map { "#\($0.key)\(Self.compressed($0.value))" }.joined(separator: "$")
            + "-"
    }

    /// `!12~` for twelve times the same; empty dots at the end are left out.
    private static func compressed(_ dots: [UInt8]) -> String {
        var text = ""
        var rest = dots[..<(dots.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0)]
        while let first = rest.first {
            let count = rest.prefix { $0 == first }.count
            let character = String(UnicodeScalar(63 + first))
            text += count > 3 ? "!\(count)\(character)" : String(repeating: character, count: count)
            rest = rest.dropFirst(count)
        }
        return text
    }
}
