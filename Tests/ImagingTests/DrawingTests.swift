import Imaging
import Testing

@Suite struct DrawingTests {
    static let markup = """
        <svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><defs><filter id="f"><feTurbulence baseFrequency="0.4" seed="3"/>
        </filter></defs><rect width="32" height="48" fill="#ff0000"/><rect x="32" width="32" height="48" filter="url(#f)"/></svg>
        """

    @Test("Image.svg gives the same bytes for the same markup")
    func theSameMarkupGivesTheSameBytes() throws {
        let first = try Image.svg(Self.markup)
        let second = try Image.svg(Self.markup)
        #expect(first.width == 64 && first.height == 48)
        #expect(first.pixels == second.pixels)
        #expect(try first.background().encoded() == second.background().encoded())
        #expect(try first.color(x: 4, y: 4) == Color("red"))
    }

    @Test("Image.svg refuses invalid markup and pictures that are too large")
    func badOrHugeMarkupIsAnError() {
        #expect(throws: ImagingError.self) { try Image.svg("") }
        #expect(throws: ImagingError.self) { try Image.svg("not markup") }
        let error = #expect(throws: ImagingError.self) {
            try Image.svg("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30000\" height=\"30000\"/>")
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("Image.svg does not read files that the markup refers to")
    func markupCannotReachFiles() throws {
        let path = Fixtures.asset("coffee.png")
        let picture = try Image.svg(
            """
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">
            <image xlink:href="file://\(path)" width="9" height="9"/></svg>
            """)
        #expect(picture.pixels.allSatisfy { $0 == 0 })
    }

    @Test(
        "Image.text draws text of any script, and markup as plain text",
        arguments: ["Hello", "新款上市", "日本語テキスト", "한국어", "a < b & c > \"d\"", "<b>not markup</b>", "👟 zwölf\u{1}"])
    func textOfAnyScript(text: String) throws {
        var style = TextStyle()
        style.size = 40
        style.color = try Color("#336699")
        let picture = try Image.text(text, style: style)
        #expect(picture.hasAlpha)
        #expect((16...90).contains(picture.height))
        let pixels = picture.pixels
        let ink = stride(from: 3, to: pixels.count, by: 4).count { pixels[$0] > 200 }
        #expect(ink > 100)
        #expect(pixels[0] == 0x33 && pixels[1] == 0x66 && pixels[2] == 0x99)
    }

    @Test("Image.text has a font with Chinese characters")
    func chineseCharacters() throws {
        // Without a font that has them, each would be the same box with its code in it.
        var style = TextStyle()
        style.size = 60
        let one = try Image.text("一", style: style)
        let dense = try Image.text("龍", style: style)
        #expect(one.height < dense.height / 3)
    }

    @Test("Image.text wraps lines at a width and shrinks text to fit a width")
    func linesWrapAndFit() throws {
        var style = TextStyle()
        let text = "A caption that is far too long for one line of this width"
        let line = try Image.text(text, style: style)
        style.width = 300
        let block = try Image.text(text, style: style)
        #expect(block.width <= 300 && block.height > line.height * 2)
        style.width = nil
        style.fitWidth = 200
        let small = try Image.text(text, style: style)
        #expect((150...200).contains(small.width) && small.height < line.height)
    }

    @Test("Image.text refuses empty text, text that is too large and invalid styles")
    func textIsBounded() {
        func code(_ text: String, _ change: (inout TextStyle) -> Void = { _ in }) -> ImagingError.Code? {
            var style = TextStyle()
            change(&style)
            do {
                _ = try Image.text(text, style: style)
                return nil
            } catch { return (error as? ImagingError)?.code }
        }
        #expect(code("") == .invalidArgument)
        #expect(code(" \n\t") == .invalidArgument)
        #expect(code(String(repeating: "x", count: 10_001)) == .tooLarge)
        #expect(code(String(repeating: "x", count: 5000)) == .tooLarge)
        #expect(code("x") { $0.size = 5000 } == .invalidArgument)
        #expect(code("x") { $0.size = .nan } == .invalidArgument)
        #expect(code("x") { $0.width = 0 } == .invalidArgument)
        #expect(code("x") { $0.width = .max } == .invalidArgument)
        #expect(code("x") { $0.font = "a\nb" } == .invalidArgument)
        #expect(code("x") { $0.lineSpacing = .max } == .invalidArgument)
    }
}
