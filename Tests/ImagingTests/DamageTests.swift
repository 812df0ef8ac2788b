import Imaging
import SpeedPixTestSupport
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite("Damaged pictures")
struct DamageTests {
    /// The ways to open a picture.
    enum Way: CaseIterable {
        case bytes, bytesFitting, path, pathFitting, descriptor, descriptorFitting

        func open(_ bytes: [UInt8], damaged: DamagePolicy = .refuse) throws -> Image {
            let folder = try TemporaryFolder()
            let path = try folder.file("picture", bytes)
            // Small enough for decoders to shrink while they decode.
            let box = (width: 24, height: 24)
            switch self {
            case .bytes: return try Image.open(bytes: bytes, damaged: damaged)
            case .bytesFitting: return try Image.open(bytes: bytes, fitting: box, damaged: damaged)
            case .path: return try Image.open(path: path, damaged: damaged)
            case .pathFitting: return try Image.open(path: path, fitting: box, damaged: damaged)
            case .descriptor, .descriptorFitting:
                let descriptor = Self.descriptor(path)
                defer { close(descriptor) }
                return try Image.open(
                    descriptor: descriptor, name: path, fitting: self == .descriptor ? nil : box, damaged: damaged)
            }
        }

        // Within the type, `open` is its own.
        private static func descriptor(_ path: String) -> Int32 { openFile(path, O_RDONLY) }

        var isFitting: Bool { self == .bytesFitting || self == .pathFitting || self == .descriptorFitting }
    }

    /// What `open` answers: nil if it opens.
    private func code(_ bytes: [UInt8], _ way: Way) -> ImagingError.Code? {
        do {
            _ = try way.open(bytes)
            return nil
        } catch { return (error as? ImagingError)?.code }
    }

    @Test(
        "Image.open reports a truncated picture of each format as damaged, however it is opened",
        arguments: ImageFormat.allCases)
    func truncated(format: ImageFormat) throws {
        let whole = try PictureFiles.file(format)
        for way in Way.allCases {
            #expect(code(whole, way) == nil, "\(way) refuses the whole file")
            for share in [0.3, 0.6, 0.9] {
                #expect(code(PictureFiles.cut(whole, to: share), way) == .damaged, "\(way), \(share)")
            }
            // The last bytes of the data, and for PNG the end mark of 12 bytes behind it.
            #expect(code(Array(whole.dropLast(20)), way) == .damaged, "\(way), 20 bytes")
        }
    }

    @Test("Image.open reports a truncated TIFF with its directory first as damaged", arguments: Way.allCases)
    func truncatedStrips(way: Way) {
        let whole = PictureFiles.tiff()
        #expect(code(whole, way) == nil)
        for share in [0.3, 0.6, 0.99] { #expect(code(PictureFiles.cut(whole, to: share), way) == .damaged, "\(share)") }
    }

    @Test("Image.open reports an animation that ends in its second frame as damaged", arguments: Way.allCases)
    func truncatedAnimation(way: Way) throws {
        let whole = try PictureFiles.animation(frames: 3)
        #expect(code(whole, way) == nil)
        #expect(code(PictureFiles.cut(whole, to: 0.5), way) == .damaged)
        // Every frame is there, and only the mark behind them is not.
        #expect(code(whole.dropLast(), way) == nil)
    }

    @Test("Image.open refuses a picture without its last rows each time, also under load")
    func lastRows() async throws {
        let whole = try contents(of: Fixtures.asset("coffee.png"))
        let cut = Array(whole.dropLast(13))
        let refused = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    (0..<60).count { _ in (try? Image.open(bytes: cut)) == nil }
                        + (0..<20).count { _ in (try? Image.open(bytes: cut, fitting: (width: 100, height: 100))) == nil
                        }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(refused == 160)
    }

    @Test("Image.open accepts odd numbers in a JPEG's scan header", arguments: Way.allCases)
    func oddScan(way: Way) throws {
        let jpeg = try PictureFiles.file(.jpeg)
        let odd = PictureFiles.withOddScan(jpeg)
        try #require(odd != jpeg)
        #expect(try way.open(odd).pixels == way.open(jpeg).pixels)
        #expect(code(PictureFiles.cut(odd, to: 0.5), way) == .damaged)
    }

    @Test("Image.open reports a JPEG whose pixels the decoder made up as damaged", arguments: Way.allCases)
    func lostData(way: Way) throws {
        let jpeg = try PictureFiles.file(.jpeg)
        #expect(code(PictureFiles.cutAndClosed(jpeg, to: 0.5), way) == .damaged)
        // The complaint about the scan header comes first, and must not hide the other.
        #expect(code(PictureFiles.cutAndClosed(PictureFiles.withOddScan(jpeg), to: 0.5), way) == .damaged)
        var broken = jpeg
        for i in broken.count / 2..<broken.count / 2 + 2000 { broken[i] = 0 }
        #expect(code(broken, way) == .damaged)
    }

    @Test("Image.open ignores bytes after the end of a picture", arguments: ImageFormat.allCases)
    func trailingBytes(format: ImageFormat) throws {
        // A box of HEIF may follow, and be none that anybody knows.
        let more = format == .heif ? [0, 0, 0, 9] + Array("free".utf8) + [7] : Array(repeating: 0xAA, count: 40)
        let bytes = try PictureFiles.file(format) + more
        for way in Way.allCases { #expect(code(bytes, way) == nil, "\(way)") }
    }

    @Test("The error of a damaged picture names the file, where it ends and what helps")
    func messages() throws {
        func error(_ bytes: [UInt8], _ name: String) -> ImagingError? {
            #expect(throws: ImagingError.self) { try Image.open(bytes: bytes, name: name) }
        }
        let png = error(PictureFiles.cut(try PictureFiles.file(.png), to: 0.5), "shoe.png")
        #expect(
            png?.message.hasPrefix("shoe.png: the picture is truncated: the file ends inside its chunk IDAT") == true)
        #expect(png?.remedy?.contains("damaged = \"allow\"") == true)
        let jpeg = error(PictureFiles.cut(try PictureFiles.file(.jpeg), to: 0.5), "shoe.jpg")
        #expect(
            jpeg?.message.hasPrefix("shoe.jpg: the picture is truncated: the file ends before its end mark") == true)
        let gif = error(PictureFiles.cut(try PictureFiles.animation(frames: 3), to: 0.5), "shoe.gif")
        #expect(gif?.message == "shoe.gif: the picture is truncated: the file ends inside frame 2")
        let webp = try PictureFiles.file(.webp)
        let half = error(PictureFiles.cut(webp, to: 0.5), "shoe.webp")
        #expect(
            half?.message.contains("after \(webp.count / 2) of its \(webp.count) bytes") == true,
            "\(half?.message ?? "")")
        let avif = error(PictureFiles.cut(try PictureFiles.file(.heif), to: 0.9), "shoe.avif")
        #expect(avif?.message.contains("inside its box mdat") == true, "\(avif?.message ?? "")")
        let closed = error(PictureFiles.cutAndClosed(try PictureFiles.file(.jpeg), to: 0.5), "shoe.jpg")
        #expect(closed?.message.hasPrefix("shoe.jpg: the picture is damaged: ") == true)
    }

    // MARK: What there is

    @Test("Image.open with damage allowed opens what there is of a truncated picture", arguments: Way.allCases)
    func allowed(way: Way) throws {
        let files = [
            try PictureFiles.file(.jpeg), try PictureFiles.file(.png), try PictureFiles.file(.gif), PictureFiles.tiff(),
        ]
        for file in files {
            let whole = try way.open(file)
            let cut = try way.open(PictureFiles.cut(file, to: 0.6), damaged: .allow)
            #expect((cut.width, cut.height, cut.format) == (whole.width, whole.height, whole.format))
            // The upper third is there; what is below the cut is not.
            for x in stride(from: 0, to: whole.width, by: 5) {
                for y in 0..<whole.height / 3 {
                    let (a, b) = try (cut.color(x: x, y: y), whole.color(x: x, y: y))
                    #expect(near(a, b, way.isFitting ? 12 : 0), "\(String(describing: whole.format)) at \(x), \(y)")
                }
            }
            #expect(cut.pixels != whole.pixels)
        }
    }

    @Test("Image.open with damage allowed gives the same pixels for a whole picture", arguments: ImageFormat.allCases)
    func allowedAndWhole(format: ImageFormat) throws {
        let bytes = try PictureFiles.file(format)
        #expect(try Image.open(bytes: bytes, damaged: .allow).pixels == Image.open(bytes: bytes).pixels)
    }

    @Test("Image.open with damage allowed applies the EXIF orientation")
    func allowedAndTurned() throws {
        let jpeg = try PictureFiles.photo(width: 80, height: 48).encoded(format: .jpeg)
        let exif: [UInt8] =
            [0xFF, 0xE1, 0x00, 0x22] + Array("Exif\0\0".utf8)
            + [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let turned = Array(jpeg.prefix(2)) + exif + Array(jpeg.dropFirst(2))
        let picture = try Image.open(bytes: Array(turned.dropLast(2)), damaged: .allow)
        #expect((picture.width, picture.height) == (48, 80))
        #expect(try picture.pixels == Image.open(bytes: turned).pixels)
        let small = try Image.open(bytes: Array(turned.dropLast(2)), fitting: (width: 24, height: 99), damaged: .allow)
        #expect((small.width, small.height) == (24, 40))
    }

    @Test("Image.open with damage allowed fails when nothing can be decoded")
    func nothingThere() throws {
        let cut = PictureFiles.cut(try PictureFiles.file(.heif), to: 0.9)
        let error = #expect(throws: ImagingError.self) { try Image.open(bytes: cut, damaged: .allow) }
        #expect(error?.code == .damaged)
        #expect(error?.remedy?.contains("nothing of it can be decoded") == true)
        let other = #expect(throws: ImagingError.self) { try Image.open(bytes: [1, 2, 3], damaged: .allow) }
        #expect(other?.code == .unsupportedFormat)
    }
}

private func openFile(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
