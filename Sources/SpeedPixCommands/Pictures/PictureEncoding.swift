import Imaging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A picture as the bytes that make a terminal show it.
struct PictureEncoding {
    var style: PictureProtocol
    /// Whether the terminal knows 16 million colours, and not just 256.
    var hasTrueColor: Bool

    /// - Parameters:
    ///   - image: Small enough, see ``PictureFit``.
    ///   - columns: Characters it takes in a row.
    ///   - rows: And from top to bottom.
    func bytes(_ image: Image, columns: Int, rows: Int) throws -> [UInt8] {
        switch style {
        case .none: return []
        case .kitty: return kitty(try image.encoded(format: .png), columns: columns, rows: rows)
        case .iterm: return iterm(try image.encoded(format: .png), columns: columns, rows: rows)
        case .sixel: return SixelEncoder(image).bytes
        case .blocks: return blocks(image)
        }
    }

    // MARK: kitty

    /// PNG in base64, 4,096 characters a command at most. q=2: the terminal must not answer, since the answer would not be
    /// read.
    private func kitty(_ png: [UInt8], columns: Int, rows: Int) -> [UInt8] {
        var rest = Array(Data(png).base64EncodedString().utf8)[...]
        var bytes: [UInt8] = []
        var head = "a=T,f=100,q=2,c=\(columns),r=\(rows),"
        repeat {
            let piece = rest.prefix(4096)
            rest = rest.dropFirst(4096)
            bytes += Array("\u{1B}_G\(head)m=\(rest.isEmpty ? 0 : 1);".utf8) + piece + Array("\u{1B}\\".utf8)
            head = ""
        } while !rest.isEmpty
        return bytes + Array("\n".utf8)
    }

    // MARK: iTerm2

    private func iterm(_ png: [UInt8], columns: Int, rows: Int) -> [UInt8] {
        Array(
            "\u{1B}]1337;File=inline=1;size=\(png.count);width=\(columns);height=\(rows);preserveAspectRatio=1:".utf8)
            + Array(Data(png).base64EncodedString().utf8) + [0x07] + Array("\n".utf8)
    }

    // MARK: Half blocks

    /// Two pixels a character: the upper one is its ink, the lower one its paper. Transparent ones show the terminal's own.
    private func blocks(_ image: Image) -> [UInt8] {
        let pixels = image.pixels
        let bands = pixels.count / (image.width * image.height)
        func color(_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)? {
            guard y < image.height else { return nil }
            let at = (y * image.width + x) * bands
            guard bands < 4 || pixels[at + 3] >= 128 else { return nil }
            return (pixels[at], pixels[at + 1], pixels[at + 2])
        }
        var text = ""
        for y in stride(from: 0, to: image.height, by: 2) {
            var state = ""
            for x in 0..<image.width {
                let cell: (sequence: String, character: String)
                switch (color(x, y), color(x, y + 1)) {
                case (nil, nil): cell = ("0", " ")
                case (let upper?, nil): cell = ("0;\(code(38, upper))", "▀")
                case (nil, let lower?): cell = ("0;\(code(38, lower))", "▄")
                case (let upper?, let lower?): cell = ("\(code(38, upper));\(code(48, lower))", "▀")
                }
                if cell.sequence != state { text += "\u{1B}[\(cell.sequence)m" }
                state = cell.sequence
                text += cell.character
            }
            text += "\u{1B}[0m\n"
        }
        return Array(text.utf8)
    }

    private func code(_ plane: Int, _ color: (UInt8, UInt8, UInt8)) -> String {
        guard !hasTrueColor else { return "\(plane);2;\(color.0);\(color.1);\(color.2)" }
        return "\(plane);5;\(Self.nearest(color))"
    }

    /// Of the 256: the cube of 6 × 6 × 6, or the ramp of 24 greys, whichever is nearer.
    static func nearest(_ color: (UInt8, UInt8, UInt8)) -> Int {
        let levels = [0, 95, 135, 175, 215, 255]
        let parts = [Int(color.0), Int(color.1), Int(color.2)]
        func distance(_ other: [Int]) -> Int { zip(parts, other).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) }
        let cube = parts.map { part in
            levels.indices.min { abs(levels[$0] - part) < abs(levels[$1] - part) } ?? 0
        }
        let grey = min(max((parts.reduce(0, +) / 3 - 3) / 10, 0), 23)
        let level = 8 + 10 * grey
        return distance([level, level, level]) < distance(cube.map { levels[$0] })
            ? 232 + grey : 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    }
}
