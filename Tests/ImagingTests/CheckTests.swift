import SpeedPixTestSupport
import Testing

@testable import Imaging

@Suite("Image.check")
struct CheckTests {
    @Test("Image.check of a whole file finds no problem and reports its size", arguments: ImageFormat.allCases)
    func whole(format: ImageFormat) throws {
        let bytes = try PictureFiles.file(format)
        let check = try Image.check(bytes: bytes)
        let picture = try Image.open(bytes: bytes)
        #expect(check.isWhole && check.problem == nil, "\(check.problem ?? "")")
        // Of AVIF, libvips tells that it does not use what the file says of its colours.
        #expect(check.warnings.isEmpty || format == .heif, "\(check.warnings)")
        #expect(check.format == format && check.frames == 1)
        #expect(check.width == picture.width && check.height == picture.height)
    }

    @Test("Image.check finds a file that was cut anywhere truncated", arguments: ImageFormat.allCases)
    func cut(format: ImageFormat) throws {
        let bytes = try PictureFiles.file(format)
        for missing in [1, 2, 12, 20, bytes.count / 10, bytes.count / 2] {
            let check = try Image.check(bytes: bytes.dropLast(missing))
            #expect(!check.isWhole)
            #expect(check.problem?.hasPrefix("truncated: the file ends ") == true, "\(missing): \(check.problem ?? "")")
        }
    }

    @Test("Image.check reports a missing end mark though the picture opens")
    func endMark() throws {
        let png = try PictureFiles.file(.png).dropLast(12)
        #expect(try Image.open(bytes: Array(png)).width == 240)
        #expect(
            try Image.check(bytes: Array(png)).problem
                == "truncated: the file ends before its end mark, the chunk IEND; every pixel is there")
        let gif = try PictureFiles.animation(frames: 2).dropLast()
        #expect(try Image.open(bytes: Array(gif)).width == 60)
        #expect(
            try Image.check(bytes: Array(gif)).problem
                == "truncated: the file ends before its end mark; every pixel is there"
        )
    }

    @Test("Image.check decodes each frame of an animation and each page of a document")
    func frames() throws {
        let animation = try PictureFiles.animation(frames: 3)
        let check = try Image.check(bytes: animation)
        #expect(check.isWhole && check.frames == 3 && check.height == 40, "\(check.problem ?? "")")
        let cut = try Image.check(bytes: Array(animation.dropLast(200)))
        #expect(cut.problem?.hasPrefix("truncated: the file ends inside frame 3") == true, "\(cut.problem ?? "")")
        let document = PictureFiles.tiff(pages: 3)
        let pages = try Image.check(bytes: document)
        #expect(pages.isWhole && pages.frames == 3 && pages.height == 64, "\(pages.problem ?? "")")
        // The first page is whole, so it opens.
        let short = Array(document.dropLast(100))
        #expect(try Image.open(bytes: short).height == 64)
        #expect(try Image.check(bytes: short).problem?.hasPrefix("truncated: the file ends inside page 3") == true)
    }

    @Test("Image.check reports odd data that does no harm as a warning")
    func warnings() throws {
        let check = try Image.check(bytes: PictureFiles.withOddScan(try PictureFiles.file(.jpeg)))
        #expect(check.isWhole, "\(check.problem ?? "")")
        #expect(check.warnings == ["Invalid SOS parameters for sequential JPEG"])
    }

    @Test("Image.check reports pixels that the decoder made up as damage")
    func lostData() throws {
        let jpeg = try PictureFiles.file(.jpeg)
        for bytes in [jpeg, PictureFiles.withOddScan(jpeg)] {
            let check = try Image.check(bytes: PictureFiles.cutAndClosed(bytes, to: 0.5))
            #expect(check.problem == "damaged: Corrupt JPEG data: premature end of data segment")
            #expect(check.warnings.isEmpty && check.width == 240)
        }
        var png = try PictureFiles.file(.png)
        png[png.count / 2] ^= 0x10
        #expect(try Image.check(bytes: png).problem?.hasPrefix("damaged: ") == true)
    }

    @Test("Image.check reports no size when the header is damaged")
    func header() throws {
        let check = try Image.check(bytes: Array(try PictureFiles.file(.jpeg).prefix(30)))
        #expect(check.format == .jpeg && check.width == nil && check.height == nil && check.frames == nil)
        #expect(check.problem?.hasPrefix("truncated: ") == true)
    }

    @Test("Image.check refuses content that is not a picture, missing files and too many pixels")
    func refused() throws {
        func code(_ body: () throws -> ImageCheck) -> ImagingError.Code? {
            let error = #expect(throws: ImagingError.self) { try body() }
            return error?.code
        }
        #expect(code { try Image.check(bytes: Array("no picture".utf8)) } == .unsupportedFormat)
        #expect(code { try Image.check(bytes: []) } == .unsupportedFormat)
        #expect(code { try Image.check(bytes: Fixtures.bomb()) } == .tooLarge)
        #expect(code { try Image.check(path: "/nowhere/a.png") } == .fileAccess)
        // A hundred times as many pixels as one picture may have: 60 × 40 in each frame.
        let animation = try PictureFiles.animation(frames: 24)
        #expect(try Image.check(bytes: animation, limits: ImagingLimits(pixels: 2400)).frames == 24)
        let many = try PictureFiles.animation(frames: 101)
        #expect(code { try Image.check(bytes: many, limits: ImagingLimits(pixels: 2400)) } == .tooLarge)
    }

    @Test("Image.check of a file gives the same as of its bytes")
    func path() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("cut.jpg", PictureFiles.cut(try PictureFiles.file(.jpeg), to: 0.7))
        #expect(try Image.check(path: path) == Image.check(bytes: contents(of: path)))
    }

    @Test(
        "Truncation.find does not trap on invalid lengths and finds whole files whole",
        arguments: [ImageFormat.png, .gif, .webp, .tiff, .heif, .jpeg])
    func nonsense(format: ImageFormat) throws {
        var bytes = try PictureFiles.file(format)
        // Every length is read with care: no content may end the process.
        for at in bytes.indices.prefix(64) {
            bytes[at] = 0xFF
            _ = Truncation.find(in: bytes, format: format)
        }
        _ = Truncation.find(in: Array(repeating: 0xFF, count: 64), format: format)
        #expect(Truncation.find(in: try PictureFiles.file(format), format: format) == nil)
    }
}
