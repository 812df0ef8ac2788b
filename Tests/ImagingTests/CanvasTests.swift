import SpeedPixTestSupport
import Testing

@testable import Imaging

@Suite("Canvases and marks")
struct CanvasTests {
    /// The box of what is not white.
    private func box(_ image: Image) throws -> [Int] {
        var (left, top, right, bottom) = (image.width, image.height, -1, -1)
        for y in 0..<image.height {
            for x in 0..<image.width where try image.color(x: x, y: y).green < 200 {
                (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
            }
        }
        return [left, top, right - left + 1, bottom - top + 1]
    }

    @Test(
        "fitted gives exactly the canvas, with the relatively longer side at its share, in the middle",
        arguments: [
            (40, 20, 100, 100, 0.8, [10, 30, 80, 40]), (20, 40, 100, 100, 0.8, [30, 10, 40, 80]),
            (40, 20, 100, 30, 1.0, [20, 0, 60, 30]), (400, 200, 100, 100, 0.5, [25, 37, 50, 25]),
            (10, 10, 50, 50, 1.0, [0, 0, 50, 50]),
        ])
    func fitted(width: Int, height: Int, canvasWidth: Int, canvasHeight: Int, fill: Double, expected: [Int]) throws {
        let picture = try Image.blank(width: width, height: height, color: .black)
        let result = try picture.fitted(width: canvasWidth, height: canvasHeight, fill: fill)
        #expect((result.width, result.height) == (canvasWidth, canvasHeight))
        #expect(!result.hasAlpha)
        #expect(try box(result) == expected)
    }

    @Test("fitted places what is not transparent, and keeps a see-through background")
    func fittedSubject() throws {
        let picture = try Image.blank(width: 100, height: 100, color: .transparent)
            .composited(.blank(width: 10, height: 20, color: .black), x: 3, y: 70)
        let result = try picture.fitted(width: 50, height: 50, fill: 0.8)
        #expect(try box(result) == [15, 5, 20, 40])
        let clear = try picture.fitted(width: 50, height: 50, background: .transparent)
        #expect(try clear.color(x: 0, y: 0).alpha == 0 && clear.color(x: 25, y: 25).alpha == 255)
        let error = #expect(throws: ImagingError.self) {
            try Image.blank(width: 9, height: 9, color: .transparent).fitted(width: 5, height: 5)
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("fitted refuses sizes and shares out of range", arguments: [0, -1, 1.01, Double.nan, .infinity])
    func fittedRanges(fill: Double) throws {
        let picture = try Image.blank(width: 4, height: 4)
        #expect(throws: ImagingError.self) { try picture.fitted(width: 10, height: 10, fill: fill) }
        #expect(throws: ImagingError.self) { try picture.fitted(width: 0, height: 10) }
        #expect(throws: ImagingError.self) { try picture.fitted(width: 100_000, height: 10) }
    }

    @Test("A margin keeps what is placed by name from its edges")
    func margins() throws {
        let base = try Image.blank(width: 100, height: 60)
        let dot = try Image.blank(width: 10, height: 10, color: .black)
        #expect(try box(base.composited(dot, at: .bottomRight, margin: 5)) == [85, 45, 10, 10])
        #expect(try box(base.composited(dot, at: .top, margin: 5)) == [45, 5, 10, 10])
        #expect(try box(base.composited(dot, at: .center, margin: 5)) == [45, 25, 10, 10])
        #expect(throws: ImagingError.self) { try base.composited(dot, at: .top, margin: -1) }
        #expect(base.standardMargin == 2)
    }

    private static let edgeMargins: [(anchor: Anchor, most: Int, tooMuch: Int?)] = [
        (.topLeft, 59, 60), (.bottomRight, 59, 60), (.left, 99, 100), (.right, 99, 100), (.top, 59, 60),
        (.bottom, 59, 60), (.center, 5000, nil),
    ]

    @Test(
        "A margin that puts all of it outside is an error; one that leaves a pixel, or does not count, is none",
        arguments: edgeMargins)
    func outside(anchor: Anchor, most: Int, tooMuch: Int?) throws {
        let base = try Image.blank(width: 100, height: 60)
        let dot = try Image.blank(width: 10, height: 10, color: .black)
        #expect(try box(base.composited(dot, at: anchor, margin: most))[2] > 0)
        guard let tooMuch else { return }
        var watermark = Watermark()
        (watermark.anchor, watermark.margin) = (anchor, tooMuch)
        for lay in [
            { try base.composited(dot, at: anchor, margin: tooMuch) }, { try base.watermarked(dot, watermark) },
        ] {
            let error = #expect(throws: ImagingError.self) { try lay() }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("a margin of \(tooMuch) pixels") == true)
        }
    }

    @Test("A logo stands at its place in its size; tiles cover everything")
    func watermarks() throws {
        let base = try Image.blank(width: 200, height: 100)
        let mark = try Image.blank(width: 60, height: 30, color: .black)
        var watermark = Watermark()
        watermark.opacity = 1
        #expect(try box(base.watermarked(mark, watermark)) == [200 - 4 - 25, 100 - 4 - 13, 25, 13])
        watermark.style = .tiled
        let tiled = try base.watermarked(mark, watermark)
        #expect((tiled.width, tiled.height) == (200, 100))
        for (x, y) in [(0, 0), (150, 0), (0, 60), (150, 60)] {
            let part = try tiled.cropped(x: x, y: y, width: 50, height: 40)
            #expect(try box(part)[2] > 0, "nothing at \(x), \(y)")
        }
        watermark.size = 1.5
        #expect(throws: ImagingError.self) { try base.watermarked(mark, watermark) }
    }

    private static let wrongGapsAndMargins: [(gap: Int?, margin: Int?, message: String)] = [
        (-5, nil, "a gap of -5 pixels is not between 0 and 10000"),
        (10_001, nil, "a gap of 10001 pixels is not between 0 and 10000"),
        (nil, -50, "a margin of -50 pixels is not between 0 and 65500"),
        (400, nil, "a gap of 400 pixels leaves no mark inside the picture of 900 × 200 pixels"),
    ]

    @Test(
        "A watermark's gap or margin that cannot be is named, with its range or what it does",
        arguments: wrongGapsAndMargins)
    func watermarkRanges(gap: Int?, margin: Int?, message: String) throws {
        let mark = try Image.blank(width: 60, height: 30, color: .black)
        var watermark = Watermark()
        watermark.style = .tiled
        watermark.gap = gap
        watermark.margin = margin
        let picture = try Image.blank(width: 900, height: 200)
        let error = #expect(throws: ImagingError.self) { try picture.watermarked(mark, watermark) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "watermark: \(message)")
    }

    @Test("Tiles show a mark with every gap that is let through")
    func tileGaps() throws {
        let mark = try Image.blank(width: 20, height: 10, color: .black)
        var watermark = Watermark()
        (watermark.style, watermark.opacity, watermark.angle, watermark.size) = (.tiled, 1, 0, 0.5)
        for (width, height) in [(40, 40), (40, 200), (200, 40)] {
            let picture = try Image.blank(width: width, height: height)
            for gap in stride(from: 0, through: 400, by: 40) {
                watermark.gap = gap
                do {
                    let box = try box(picture.watermarked(mark, watermark))
                    #expect(box[2] > 0, "gap \(gap) on \(width) × \(height)")
                } catch let error as ImagingError {
                    #expect(error.code == .invalidArgument && gap / 2 >= min(width, height))
                }
            }
        }
    }

    @Test("A mark whose gap makes it too large is refused by the watermark's name")
    func largeTiles() throws {
        var watermark = Watermark()
        (watermark.style, watermark.gap, watermark.size) = (.tiled, 10_000, 0.1)
        let error = #expect(throws: ImagingError.self) {
            try Image.blank(width: 5100, height: 5100).watermarked(
                .blank(width: 9, height: 9, color: .black), watermark)
        }
        #expect(error?.code == .tooLarge)
        #expect(error?.message.hasPrefix("watermark: a mark with its gap of 10000 pixels: ") == true)
    }

    @Test("An SVG file is drawn at the size that is asked for")
    func svgFiles() throws {
        let svg = Array(
            "\u{feff}<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"10\"><rect width=\"30\" height=\"10\"/></svg>"
                .utf8)
        #expect(Image.isSVG(svg))
        let drawn = try Image.svg(file: svg, longerSide: 300)
        #expect((drawn.width, drawn.height) == (300, 100))
        #expect(try !Image.isSVG(PictureFiles.file(.png)))
    }

    @Test(
        "SVG files that embed, multiply or are none are refused",
        arguments: [
            "<svg><image href=\"data:image/png;base64,AAAA\"/></svg>",
            "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>&a;</svg>",
            "<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\"><svg:image/></svg:svg>", "<svg", "<svg/>", "plain text",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><filter><feImage href=\"/etc/hostname\"/></filter></svg>", "",
        ])
    func refusedSVG(markup: String) throws {
        let error = #expect(throws: ImagingError.self) { try Image.svg(file: Array(markup.utf8), longerSide: 100) }
        #expect(error?.code == .unsupportedFormat, "\(String(describing: error))")
    }

    @Test("SVG files over the limits are refused")
    func largeSVG() throws {
        let start = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\">"
        let long = Array((start + String(repeating: " ", count: 1 << 20) + "</svg>").utf8)
        #expect(throws: ImagingError.self) { try Image.svg(file: long, longerSide: 10) }
        let error = #expect(throws: ImagingError.self) {
            try Image.svg(file: Array((start + "</svg>").utf8), longerSide: 20_000)
        }
        #expect(error?.code == .tooLarge)
    }
}
