import Imaging
import Testing

@Suite struct OperationTests {
    @Test("Image.blank fills the picture with its color")
    func blankHasItsColor() throws {
        let picture = try Image.blank(width: 3, height: 2, color: Color("#102030"))
        #expect(picture.pixels == Array(repeating: [0x10, 0x20, 0x30], count: 6).flatMap(\.self))
        #expect(try Image.blank(width: 1, height: 1, color: .transparent).hasAlpha)
    }

    @Test(
        "Image operations refuse a width or height that is not positive or too large",
        arguments: [(0, 5), (5, -1), (1_000_000_000, 1), (1, 1_000_000_000), (20_000, 20_000), (.max, .max)])
    func sizesAreBounded(width: Int, height: Int) throws {
        let picture = try Fixtures.quarters()
        #expect(throws: ImagingError.self) { try Image.blank(width: width, height: height) }
        #expect(throws: ImagingError.self) { try picture.resized(width: width, height: height, mode: .exact) }
        #expect(throws: ImagingError.self) { try picture.resized(width: width, height: height, mode: .cover) }
        #expect(throws: ImagingError.self) { try picture.cropped(x: 0, y: 0, width: width, height: height) }
        #expect(throws: ImagingError.self) { try picture.extended(right: width - 1, bottom: height - 1) }
    }

    @Test("resized keeps the proportions unless its mode is cover or exact")
    func resizing() throws {
        let wide = try Fixtures.quarters(40).cropped(x: 0, y: 10, width: 40, height: 20)
        func size(_ image: Image) -> [Int] { [image.width, image.height] }
        #expect(try size(wide.resized(width: 20)) == [20, 10])
        #expect(try size(wide.resized(height: 40)) == [80, 40])
        #expect(try size(wide.resized(width: 30, height: 30)) == [30, 15])
        #expect(try size(wide.resized(width: 30, height: 30, mode: .cover)) == [30, 30])
        #expect(try size(wide.resized(width: 7, height: 31, mode: .exact)) == [7, 31])
        #expect(try size(wide.thumbnail(width: 10, height: 10)) == [10, 5])
        #expect(try size(wide.thumbnail(width: 100, height: 100)) == [40, 20])
        #expect(throws: ImagingError.self) { try wide.resized() }
        // A sliver stays at least one pixel.
        #expect(try size(Image.blank(width: 1000, height: 1).resized(width: 10)) == [10, 1])
    }

    @Test("resized does not mix in the color of transparent pixels")
    func resizingDoesNotMixInHiddenColors() throws {
        // Transparent black beside opaque white: the edge must not turn grey.
        let picture = try Image.blank(width: 20, height: 20, color: .transparent)
            .composited(.blank(width: 10, height: 20), x: 0, y: 0).resized(width: 50, height: 50, mode: .exact)
        for x in 0..<30 {
            let color = try picture.color(x: x, y: 25)
            #expect(color.alpha < 8 || (color.red > 235 && color.blue > 235))
        }
    }

    @Test("cropped takes the given rectangle and refuses one outside the picture")
    func cropping() throws {
        let green = try Fixtures.quarters().cropped(x: 20, y: 0, width: 20, height: 20)
        #expect(try green.color(x: 0, y: 0) == Color("#00ff00"))
        #expect(try green.color(x: 19, y: 19) == Color("#00ff00"))
        for (x, y, w, h) in [(-1, 0, 5, 5), (36, 0, 5, 5), (0, 0, 0, 5), (.max, 0, 1, 1), (0, 0, .max, 1)] {
            #expect(throws: ImagingError.self) { try Fixtures.quarters().cropped(x: x, y: y, width: w, height: h) }
        }
    }

    @Test("trimmed removes the margin that extended has added")
    func extendingAndTrimmingAreInverse() throws {
        let framed = try Fixtures.quarters().extended(top: 1, right: 2, bottom: 3, left: 4, color: Color("#808080"))
        #expect(framed.width == 46 && framed.height == 44)
        #expect(try framed.color(x: 3, y: 10) == Color("gray"))
        #expect(try framed.color(x: 4, y: 1) == Color("red"))
        let bare = try framed.trimmed()
        #expect(bare.width == 40 && bare.height == 40)
        let clear = try Fixtures.quarters().extended(left: 5, color: .transparent)
        #expect(try clear.color(x: 0, y: 0).alpha == 0)
        #expect(try clear.trimmed().width == 40)
        #expect(throws: ImagingError.self) { try Image.blank(width: 9, height: 9).trimmed() }
        #expect(throws: ImagingError.self) { try Fixtures.quarters().extended(left: -1) }
    }

    @Test("rotated and flipped move the corners to where they belong")
    func turningAndMirroring() throws {
        let picture = try Fixtures.quarters()
        #expect(try picture.rotated(degrees: 90).color(x: 35, y: 5) == Color("red"))
        #expect(try picture.rotated(degrees: -90).color(x: 5, y: 35) == Color("red"))
        #expect(try picture.rotated(degrees: 540).color(x: 35, y: 35) == Color("red"))
        #expect(try picture.flipped().color(x: 35, y: 5) == Color("red"))
        #expect(try picture.flipped(vertically: true).color(x: 5, y: 35) == Color("red"))
        let slanted = try picture.rotated(degrees: 45)
        #expect((55...59).contains(slanted.width))
        #expect(try slanted.color(x: 0, y: 0).alpha == 0)
        #expect(try near(slanted.color(x: slanted.width / 2, y: 12), Color("red")))
        let filled = try picture.rotated(degrees: 10, background: .white)
        #expect(!filled.hasAlpha)
        #expect(try filled.color(x: 0, y: 0) == .white)
        #expect(throws: ImagingError.self) { try picture.rotated(degrees: .nan) }
    }

    @Test("composited places, blends and fades the overlay")
    func compositing() throws {
        let base = try Image.blank(width: 10, height: 10, color: .white)
        let half = try base.composited(.blank(width: 10, height: 10, color: .black), x: 5, y: 0, opacity: 0.5)
        #expect(!half.hasAlpha)
        #expect(try half.color(x: 2, y: 2) == .white)
        #expect(try near(half.color(x: 7, y: 2), Color("gray")))
        let outside = try base.composited(.blank(width: 4, height: 4, color: .black), x: -3, y: -3)
        #expect(try outside.color(x: 0, y: 0) == .black)
        #expect(try outside.color(x: 1, y: 1) == .white)
        let red = try base.composited(.blank(width: 2, height: 2, color: Color("red")), at: .bottomRight)
        #expect(try red.color(x: 9, y: 9) == Color("red"))
        #expect(try red.color(x: 7, y: 9) == .white)
        let product = try Fixtures.quarters().composited(
            .blank(width: 40, height: 40, color: Color("red")), x: 0, y: 0, blend: .multiply)
        #expect(try product.color(x: 35, y: 5) == .black)
        #expect(try product.color(x: 35, y: 35) == Color("red"))
        // A colour that is half there mixes half: 255 · ½ + 240 · ½, and 128 · ½ + 128 · 64 / 255 · ½.
        func mix(_ base: String, _ overlay: String, _ blend: BlendMode, opacity: Double = 0.5) throws -> Color {
            try Image.blank(width: 4, height: 4, color: Color(base))
                .composited(
                    .blank(width: 4, height: 4, color: Color(overlay)), x: 0, y: 0, blend: blend, opacity: opacity
                )
                .color(x: 2, y: 2)
        }
        #expect(try near(mix("#ffffff", "#f0f0f0", .multiply), Color("#f7f7f7")))
        #expect(try near(mix("#808080", "#404040", .multiply), Color("#505050")))
        #expect(try near(mix("#808080", "#40404080", .multiply, opacity: 1), Color("#505050")))
        #expect(try near(mix("#204060", "#ffffff", .screen), Color("#8f9faf")))
        // On nothing, the overlay is itself.
        #expect(try near(mix("#00000000", "#40c040", .multiply, opacity: 1), Color("#40c040")))
        for blend in BlendMode.allCases {
            #expect(try base.composited(red, x: 0, y: 0, blend: blend).width == 10)
        }
        #expect(throws: ImagingError.self) { try base.composited(red, x: .max, y: 0) }
        #expect(throws: ImagingError.self) { try base.composited(red, x: 0, y: 0, opacity: 1.5) }
    }

    @Test("background puts a color behind transparent pixels and leaves opaque ones alone")
    func backgroundMakesOpaque() throws {
        let half = try Image.blank(width: 4, height: 4, color: Color("#ff000080")).background(.white)
        #expect(!half.hasAlpha)
        #expect(try near(half.color(x: 1, y: 1), Color("#ff7f7f")))
        #expect(try Fixtures.quarters().background(.black).pixels == Fixtures.quarters().pixels)
    }

    @Test("blurred, sharpened, grayscale and silhouette change the pixels and keep alpha")
    func effects() throws {
        let picture = try Fixtures.quarters()
        let blurred = try picture.blurred(sigma: 4)
        #expect(blurred.width == 40)
        let seam = try blurred.color(x: 20, y: 4)
        #expect(seam.red > 60 && seam.green > 60)
        let grey = try picture.grayscale().color(x: 35, y: 5)
        #expect(grey.red == grey.green && grey.green == grey.blue && grey.red > 150)
        #expect(try picture.sharpened(sigma: 1).color(x: 5, y: 5) == Color("red"))
        let shape = try picture.extended(left: 10, color: .transparent).silhouette(Color("#0000ff80"))
        #expect(try shape.color(x: 5, y: 5).alpha == 0)
        #expect(try shape.color(x: 15, y: 5) == Color(red: 0, green: 0, blue: 255, alpha: 128))
        let soft = try shape.blurred(sigma: 2)
        #expect(soft.hasAlpha)
        #expect(try soft.color(x: 12, y: 20).blue > 250)
        #expect(try soft.sharpened().hasAlpha && soft.grayscale().hasAlpha)
        for sigma in [0, -1, 1e9, .nan] {
            #expect(throws: ImagingError.self) { try picture.blurred(sigma: sigma) }
            #expect(throws: ImagingError.self) { try picture.sharpened(sigma: sigma) }
        }
    }

    @Test("Image operations do not change the picture they are called on")
    func operationsDoNotChangeTheOriginal() throws {
        let picture = try Fixtures.quarters()
        let before = picture.pixels
        _ = try picture.blurred(sigma: 3).flipped().composited(picture, x: 3, y: 3)
        #expect(picture.pixels == before)
    }

    @Test("Threads that use the same picture at once get the same result")
    func manyThreadsShareAPicture() async throws {
        let picture = try Image.open(path: Fixtures.asset("coffee.png"))
        let expected = try picture.resized(width: 50).pixels
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<24 { group.addTask { try picture.resized(width: 50).pixels } }
            for try await pixels in group { #expect(pixels == expected) }
        }
    }

    @Test("An image is made of pixels and gives their colors; a wrong count is refused")
    func pixelsInAndOut() throws {
        let picture = try Image(pixels: [1, 2, 3, 4, 5, 6], width: 2, height: 1)
        #expect(try picture.color(x: 1, y: 0) == Color(red: 4, green: 5, blue: 6))
        #expect(throws: ImagingError.self) { try Image(pixels: [1, 2, 3, 4], width: 2, height: 1) }
        #expect(throws: ImagingError.self) { try picture.color(x: 2, y: 0) }
    }
}
