import SpeedPixTestSupport
import Testing

@testable import Imaging

@Suite("Animations")
struct AnimationTests {
    private func animation(_ colors: [String] = ["red", "#00ff00", "blue"], delays: [Int] = [50, 200, 70]) throws
        -> Animation
    {
        try Animation(
            frames: colors.map { try .blank(width: 12, height: 8, color: Color($0)) }, delays: delays, loop: 3)
    }

    @Test("Frames, their times and the loop come back from a file", arguments: [ImageFormat.gif, .webp])
    func roundTrip(format: ImageFormat) throws {
        let bytes = try animation().encoded(format: format)
        #expect(try ImageHeader(bytes: bytes).frames == 3)
        let again = try Animation.open(bytes: bytes)
        #expect(again.frames.count == 3)
        #expect((again.first.width, again.first.height) == (12, 8))
        #expect(again.delays == [50, 200, 70])
        #expect(again.loop == 3)
        #expect(try near(again.frames[1].color(x: 3, y: 3), Color("#00ff00"), 12))
        #expect(try near(again.frames[2].color(x: 3, y: 3), Color("blue"), 12))
    }

    @Test("Each frame is turned upright by the file's EXIF orientation", arguments: 1...8)
    func orientations(orientation: Int) throws {
        let quarters = try Fixtures.quarters(32).resized(width: 48, height: 32, mode: .exact)
        let mirrored = try quarters.flipped()
        let webp = try Animation(frames: [quarters, mirrored], delays: [50, 60]).encoded(format: .webp)
        let bytes = DescribedPictures.described(webp: webp, orientation: orientation)
        let turned = try Animation.open(bytes: bytes)
        // libvips turns a file's first frame, if that is all that is asked for.
        let first = try Image.open(bytes: bytes)
        let (width, height) = orientation < 5 ? (48, 32) : (32, 48)
        #expect(turned.frames.count == 2 && turned.delays == [50, 60])
        for frame in turned.frames { #expect((frame.width, frame.height) == (width, height)) }
        for (x, y) in [(4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5)] {
            #expect(try near(turned.first.color(x: x, y: y), first.color(x: x, y: y), 8), "at \(x), \(y)")
        }
        let header = try ImageHeader(bytes: bytes)
        #expect((header.width, header.height, header.frames) == (width, height, 2))
        // Upright and marked so: what is written is not turned a second time.
        let again = try Animation.open(bytes: turned.encoded(format: .webp))
        #expect((again.first.width, again.first.height) == (width, height))
    }

    @Test("A single picture on its side, three times as wide as high, is one frame")
    func singleOnItsSide() throws {
        let jpeg = try DescribedPictures.jpeg(orientation: 6)
        let wide = try Image.open(bytes: jpeg).resized(width: 20, height: 60, mode: .exact).rotated(degrees: 270)
        // Stored 60 × 20 with the orientation 6.
        let stored = try wide.encoded(format: .jpeg, metadata: .strip)
        let animation = try Animation.open(bytes: DescribedPictures.described(jpeg: stored, orientation: 6))
        #expect(animation.frames.count == 1)
        #expect((animation.first.width, animation.first.height) == (20, 60))
    }

    @Test("What the file says of itself, its format and its profile come with every frame and are written back")
    func metadata() throws {
        let still = try Image.open(bytes: DescribedPictures.jpeg())
        let webp = try Animation(frames: [still, still.flipped(vertically: true)]).encoded(format: .webp)
        let opened = try Animation.open(bytes: webp)
        let again = try Animation.open(bytes: opened.map { try $0.resized(width: 20) }.encoded(format: .webp))
        for image in opened.frames + again.frames {
            #expect(image.format == .webp)
            #expect(image.metadata?.copyright == DescribedPictures.copyright)
            #expect(image.metadata?.profileName == "Wide test gamut")
        }
        let frame = try Image.open(bytes: opened.frames[1].encoded(format: .jpeg))
        #expect(frame.metadata?.copyright == DescribedPictures.copyright)
        let stripped = try ImageHeader(bytes: opened.encoded(format: .webp, metadata: .strip))
        #expect(stripped.metadata?.copyright == nil && stripped.metadata?.profileName == nil)
    }

    @Test("A change is made to every frame, and times and loop stay")
    func mapping() throws {
        let small = try animation().map { try $0.resized(width: 6) }
        #expect(small.frames.map(\.width) == [6, 6, 6])
        #expect(small.delays == [50, 200, 70] && small.loop == 3)
        let fitted = try animation().fitted(width: 20, height: 20, fill: 0.5, background: .white)
        #expect(fitted.frames.allSatisfy { $0.width == 20 && $0.height == 20 })
        #expect(try near(fitted.frames[2].color(x: 10, y: 10), Color("blue")))
    }

    @Test(
        "Formats of one picture refuse an animation and say what to do",
        arguments: [ImageFormat.png, .jpeg, .tiff, .heif])
    func otherFormats(format: ImageFormat) throws {
        let error = #expect(throws: ImagingError.self) { try animation().encoded(format: format) }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.remedy?.contains("frame(1)") == true)
    }

    @Test("The limits count all frames together, for files and for results")
    func limits() throws {
        let bytes = try animation().encoded(format: .gif)
        let limits = ImagingLimits(pixels: 12 * 8 * 3 - 1)
        let error = #expect(throws: ImagingError.self) { try Animation.open(bytes: bytes, limits: limits) }
        #expect(error?.code == .tooLarge)
        #expect(error?.message.contains("all frames") == true)
        #expect(try Image.open(bytes: bytes, limits: limits).width == 12)
        let large = #expect(throws: ImagingError.self) { try animation().map { try $0.resized(width: 9000) } }
        #expect(large?.code == .tooLarge)
        #expect(throws: ImagingError.self) { try Animation(frames: []) }
        #expect(throws: ImagingError.self) {
            try Animation(frames: [.blank(width: 1, height: 1), .blank(width: 2, height: 1)])
        }
    }

    @Test("A GIF of one frame and a JPEG open as one frame; a truncated animation is refused")
    func others() throws {
        #expect(try Animation.open(bytes: PictureFiles.file(.jpeg)).frames.count == 1)
        #expect(try Animation.open(bytes: PictureFiles.file(.gif)).frames.count == 1)
        let gif = try PictureFiles.animation(frames: 4)
        #expect(try Animation.open(bytes: gif).frames.count == 4)
        let error = #expect(throws: ImagingError.self) { try Animation.open(bytes: PictureFiles.cut(gif, to: 0.6)) }
        #expect(error?.code == .damaged)
    }

    @Test("A page of a TIFF is opened by its number")
    func pages() throws {
        let bytes = PictureFiles.tiff(pages: 3)
        #expect(try Image.open(bytes: bytes, page: 2).color(x: 0, y: 0).blue == 160)
        #expect(try Image.open(bytes: bytes, page: 0).color(x: 0, y: 0).blue == 80)
        #expect(throws: ImagingError.self) { try Image.open(bytes: bytes, page: 3) }
    }
}
