import Testing

@testable import Imaging

@Suite("Headers, contact sheets, comparisons")
struct SheetTests {
    @Test("ImageHeader has the format and upright size of a picture, and refuses what is none")
    func imageHeader() throws {
        let image = try Image.blank(width: 30, height: 20)
        for format in [ImageFormat.jpeg, .png, .webp, .gif, .tiff] {
            let header = try ImageHeader(bytes: try image.encoded(format: format))
            #expect(header.format == format && header.width == 30 && header.height == 20, "\(format)")
        }
        // EXIF orientation 6: upright, width and height change places.
        let exif: [UInt8] =
            [0xFF, 0xE1, 0x00, 0x22] + Array("Exif\0\0".utf8)
            + [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let jpeg = try image.encoded(format: .jpeg)
        let turned = try ImageHeader(bytes: Array(jpeg.prefix(2)) + exif + Array(jpeg.dropFirst(2)))
        #expect(turned.width == 20 && turned.height == 30)
        #expect(throws: ImagingError.self) { try ImageHeader(bytes: Fixtures.bomb()) }
        #expect(throws: ImagingError.self) { try ImageHeader(bytes: Array("no picture".utf8)) }
        #expect(throws: ImagingError.self) { try ImageHeader(bytes: []) }
    }

    @Test("A contact sheet puts each tile into its own cell")
    func contactSheetCells() throws {
        var style = ContactSheetStyle()
        (style.cell, style.gap, style.columns) = (20, 10, 2)
        let colors = ["red", "blue", "lime"]
        let tiles = try colors.map { ContactSheetTile(try Image.blank(width: 100, height: 100, color: Color($0))) }
        let sheet = try Image.contactSheet(tiles, style: style)
        #expect(sheet.width == 70 && sheet.height == 70)
        for (place, color) in zip([(20, 20), (50, 20), (20, 50)], colors) {
            #expect(near(try sheet.color(x: place.0, y: place.1), try Color(color)), "\(color)")
        }
        #expect(try sheet.color(x: 50, y: 50) == .white && sheet.color(x: 35, y: 20) == .white)
        style.columns = nil
        #expect(try Image.contactSheet(tiles + tiles, style: style).width == 100)
        #expect(throws: ImagingError.self) { try Image.contactSheet([]) }
        style.cell = 1
        #expect(throws: ImagingError.self) { try Image.contactSheet(tiles, style: style) }
    }

    @Test("A contact sheet writes the label under the picture")
    func contactSheetLabels() throws {
        var style = ContactSheetStyle()
        (style.cell, style.gap, style.columns) = (64, 0, 1)
        let tile = ContactSheetTile(try Image.blank(width: 64, height: 64, color: Color("red")), label: "Words")
        let sheet = try Image.contactSheet([tile], style: style)
        #expect(sheet.height == 64 + 18)
        let dark = try (0..<64).contains { x in try (64..<82).contains { y in try sheet.color(x: x, y: y).red < 100 } }
        #expect(dark)
    }

    @Test("compared measures the difference of two pictures of the same size")
    func comparison() throws {
        let white = try Image.blank(width: 10, height: 10)
        let same = try white.compared(with: white)
        #expect(same.difference == 0 && same.changed == 0 && same.peakSignalToNoise == .infinity)
        let black = try white.compared(with: try Image.blank(width: 10, height: 10, color: .black))
        #expect(black.difference == 1 && black.changed == 1 && black.peakSignalToNoise == 0)
        let half = try white.compared(
            with: try white.composited(try Image.blank(width: 5, height: 10, color: .black), x: 0, y: 0))
        #expect(half.difference == 0.5 && half.changed == 0.5)
        #expect(try half.image.color(x: 0, y: 0) == .white && half.image.color(x: 9, y: 0) == .black)
        // Transparent lies on white.
        let clear = try Image.blank(width: 10, height: 10, color: .transparent)
        #expect(try white.compared(with: clear).difference == 0)
        #expect(throws: ImagingError.self) { try white.compared(with: try Image.blank(width: 9, height: 10)) }
    }
}
