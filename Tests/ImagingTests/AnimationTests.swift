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
