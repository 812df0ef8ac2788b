import SpeedPixTestSupport
import Testing

@testable import Imaging

@Suite struct WriteTests {
    @Test(
        "A picture that was written can be read back in each format",
        arguments: [ImageFormat.jpeg, .png, .webp, .gif, .tiff])
    func writeAndRead(format: ImageFormat) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/out.\(format.fileExtension)"
        try Fixtures.quarters().write(to: path)
        let read = try Image.open(path: path)
        #expect(read.format == format && read.width == 40 && read.height == 40)
        #expect(try near(read.color(x: 5, y: 5), Color("red"), 12))
        #expect(try near(read.color(x: 35, y: 35), .white, 12))
        #expect(try folder.names == ["out.\(format.fileExtension)"])
    }

    @Test(
        "The density is 72 dots per inch where none is known, else as it was",
        arguments: [ImageFormat.jpeg, .png, .tiff])
    func density(format: ImageFormat) throws {
        let bytes = try Fixtures.quarters().encoded(format: format)
        let found = try #require(try ImageHeader(bytes: bytes).dotsPerInch)
        #expect(abs(found - 72) < 0.05)
        let picture = Image(try Fixtures.quarters().raster, dotsPerInch: 300)
        let again = try #require(try ImageHeader(bytes: picture.encoded(format: format)).dotsPerInch)
        #expect(abs(again - 300) < 0.05)
    }

    @Test("A JPEG of a transparent picture is white")
    func transparencyBecomesWhiteInJPEG() throws {
        let bytes = try Image.blank(width: 8, height: 8, color: .transparent).encoded(format: .jpeg)
        #expect(try near(Image.open(bytes: bytes).color(x: 4, y: 4), .white))
    }

    @Test("A lower JPEG quality gives a smaller file, and an invalid quality is refused")
    func jpegQuality() throws {
        let photo = try Image.open(path: Fixtures.asset("coffee.png"))
        #expect(
            try photo.encoded(format: .jpeg, quality: 40).count < photo.encoded(format: .jpeg, quality: 95).count / 2)
        for quality in [0, 101, -5] {
            #expect(throws: ImagingError.self) { try photo.encoded(format: .jpeg, quality: quality) }
        }
    }

    @Test("A failed write says why and leaves no file behind")
    func failedWrite() throws {
        let folder = try TemporaryFolder()
        let picture = try Fixtures.quarters()
        let code: (String) -> ImagingError.Code? = { path in
            do {
                try picture.write(to: path)
                return nil
            } catch { return (error as? ImagingError)?.code }
        }
        #expect(code("\(folder.path)/missing/out.png") == .fileAccess)
        #expect(code("\(folder.path)/out") == .unsupportedFormat)
        #expect(code("\(folder.path)/out.svg") == .unsupportedFormat)
        #expect(code("\(folder.path)/out.heic") == .unsupportedFormat)
        #expect(code("") == .unsupportedFormat)
        #expect(try folder.names.isEmpty)
    }

    @Test("ImageFormat is found by name and by file extension")
    func formatsAreKnownByNameAndExtension() {
        #expect(ImageFormat(fileName: "/a/b.c/Photo.JPG") == .jpeg)
        #expect(ImageFormat(fileName: "/a/b.png/photo") == nil)
        #expect(ImageFormat(fileName: "") == nil)
        #expect(ImageFormat(name: ".tif") == .tiff)
        #expect(ImageFormat.jpeg.mediaType == "image/jpeg")
    }
}
