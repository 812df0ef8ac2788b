import SpeedPixTestSupport
import Testing

@testable import Imaging

@Suite("Metadata")
struct MetadataTests {
    @Test("A JPEG's metadata is read: EXIF by its tags, holder, maker, XMP and profile")
    func reading() throws {
        let metadata = try #require(try Image.open(bytes: DescribedPictures.jpeg()).metadata)
        #expect(metadata.copyright == DescribedPictures.copyright)
        #expect(metadata.artist == "Ada")
        #expect(metadata.summary == "Red & blue")
        #expect(metadata.profileName == "Wide test gamut")
        #expect(metadata.exif["Make"] == "Lumen, Inc.")
        #expect(metadata.exif["ExposureTime"]?.contains("1/100") == true)
        #expect(metadata.exif["GPSLatitude"]?.contains("52") == true)
        #expect(metadata.exif["Orientation"] == nil)
        #expect(metadata.xmp?.contains("tiff:Orientation=\"1\"") == true)
        #expect(try Image.blank(width: 1, height: 1).metadata == nil)
        #expect(try ImageHeader(bytes: DescribedPictures.jpeg()).metadata?.copyright == DescribedPictures.copyright)
    }

    @Test(
        "Metadata survives resize, crop and a change of format, the picture is upright, and thumbnails are gone",
        arguments: [ImageFormat.jpeg, .png, .webp])
    func surviving(format: ImageFormat) throws {
        let original = try Image.open(bytes: DescribedPictures.jpeg(orientation: 6))
        #expect((original.width, original.height) == (40, 60))
        let changed = try original.resized(width: 20).cropped(x: 0, y: 0, width: 20, height: 20)
        let bytes = try changed.encoded(format: format, quality: 95)
        let header = try ImageHeader(bytes: bytes)
        #expect((header.width, header.height) == (20, 20))
        let metadata = try #require(header.metadata)
        #expect(metadata.copyright == DescribedPictures.copyright)
        #expect(metadata.exif["Make"] == "Lumen, Inc.")
        #expect(metadata.exif["GPSLatitude"]?.contains("52") == true)
        #expect(metadata.profileName == "Wide test gamut")
        #expect(metadata.block("icc-profile-data") == DescribedPictures.profile)
        #expect(metadata.xmp?.contains("Red &amp; blue") == true)
        #expect(bytes.firstRange(of: DescribedPictures.thumbnail) == nil)
        // Turned already: red lies above blue. A second turn would put it beside it.
        let again = try Image.open(bytes: bytes)
        #expect(try near(again.color(x: 2, y: 2), original.color(x: 4, y: 4), 8))
        #expect(try near(again.color(x: 17, y: 2), original.color(x: 34, y: 4), 8))
    }

    @Test(
        "Holder and maker survive in formats without a place for EXIF or IPTC",
        arguments: [ImageFormat.tiff, .png, .webp])
    func rightsInXMP(format: ImageFormat) throws {
        let bytes = try Image.open(bytes: DescribedPictures.jpeg(hasXMP: false)).encoded(format: format)
        let metadata = try #require(try ImageHeader(bytes: bytes).metadata)
        #expect(metadata.copyright == DescribedPictures.copyright)
        #expect(metadata.artist == "Ada")
    }

    @Test("TIFF keeps what it has a place for: profile and XMP")
    func tiff() throws {
        let bytes = try Image.open(bytes: DescribedPictures.jpeg()).encoded(format: .tiff)
        let metadata = try #require(try ImageHeader(bytes: bytes).metadata)
        #expect(metadata.profileName == "Wide test gamut")
        #expect(metadata.summary == "Red & blue")
        #expect(bytes.firstRange(of: DescribedPictures.thumbnail) == nil)
    }

    @Test("With strip nothing of the metadata is written", arguments: [ImageFormat.jpeg, .png, .webp, .tiff])
    func stripping(format: ImageFormat) throws {
        let original = try Image.open(bytes: DescribedPictures.jpeg())
        for bytes in [
            try original.encoded(format: format, metadata: .strip),
            try original.withoutMetadata().encoded(format: format),
        ] {
            #expect(try ImageHeader(bytes: bytes).metadata?.profileName == nil)
            for secret in ["Lumen", "Ada", "Red &amp;", "Wide test"] {
                #expect(bytes.firstRange(of: secret.utf8) == nil, "\(secret)")
            }
        }
    }

    @Test("A WebP of a picture that has neither EXIF nor a density gets no EXIF, moving or still")
    func noEXIFOfItsOwn() throws {
        let pictures = try ["red", "blue"].map { try Image.blank(width: 13, height: 9, color: Color($0)) }
        for bytes in [
            try pictures[0].encoded(format: .webp), try Animation(frames: pictures).encoded(format: .webp),
        ] {
            #expect(bytes.firstRange(of: "EXIF".utf8) == nil)
            let reader = ByteReader(bytes, littleEndian: true)
            #expect(reader.number(at: 4, bytes: 4) == bytes.count - 8)
            #expect(try Image.open(bytes: bytes).width == 13)
        }
        let described = try Image.open(bytes: DescribedPictures.jpeg()).encoded(format: .webp)
        #expect(described.firstRange(of: "EXIF".utf8) != nil)
        for end in 0..<described.count { #expect(WebPChunks.withoutEXIF(Array(described[..<end])).count <= end) }
    }

    @Test("A text that is not UTF-8 is left out, read and written")
    func otherEncodings() throws {
        // "Zoë" in Latin-1.
        let original = try Image.open(bytes: DescribedPictures.jpeg(maker: [0x5A, 0x6F, 0xEB]))
        let bytes = try original.encoded(format: .jpeg)
        for metadata in [original.metadata, try ImageHeader(bytes: bytes).metadata] {
            #expect(metadata?.exif["Make"] == nil)
            #expect(metadata?.copyright == DescribedPictures.copyright)
        }
        #expect(bytes.firstRange(of: "invalid utf-8".utf8) == nil)
    }

    @Test("Tags that the file does not have are not reported")
    func suppliedTags() throws {
        let exif = try #require(try ImageHeader(bytes: DescribedPictures.jpeg()).metadata).exif
        for tag in ["ExifVersion", "FlashpixVersion", "ColorSpace"] { #expect(exif[tag] == nil, "\(tag)") }
        #expect(exif["ExposureTime"] != nil)
        // Those that libvips wrote are there.
        let written = try Image.open(bytes: DescribedPictures.jpeg()).encoded(format: .jpeg)
        #expect(try ImageHeader(bytes: written).metadata?.exif["ExifVersion"] != nil)
    }

    @Test("Colours look the same in the profile that is written back")
    func colours() throws {
        let original = try Image.open(bytes: DescribedPictures.jpeg(orientation: 1))
        // In the wide profile the stored red is another than in sRGB.
        #expect(try !near(original.color(x: 5, y: 5), Color(red: 200, green: 40, blue: 40), 10))
        let again = try Image.open(bytes: original.encoded(format: .png))
        #expect(try near(again.color(x: 5, y: 5), original.color(x: 5, y: 5), 3))
        let stripped = try Image.open(bytes: original.encoded(format: .png, metadata: .strip))
        #expect(try near(stripped.color(x: 5, y: 5), original.color(x: 5, y: 5), 0))
    }

    @Test(
        "An EXIF field's text is found in what libvips says of it",
        arguments: [
            ("Canon (Canon, ASCII, 6 components, 6 bytes)", "Canon"),
            ("a (b), c (a (b), c, ASCII, 9 components, 9 bytes)", "a (b), c"),
            ("1/100 (1/100 sec., Rational, 1 components, 8 bytes)", "1/100 sec."),
            ("no such end", "no such end"), ("", ""), (")", ")"), ("x (, , , y)", "x (, , , y)"),
        ])
    func fieldTexts(said: String, value: String) {
        #expect(EXIFText(said).value == value)
    }

    @Test("Blocks that are cut off or lie about their length are read as far as they go")
    func damagedBlocks() {
        let whole =
            Array("Photoshop 3.0\0".utf8) + Array("8BIM".utf8) + [
                4, 4, 0, 0, 0, 0, 0, 8, 0x1C, 2, 80, 0, 3, 65, 100, 97,
            ]
        #expect(PhotoshopResources.record(80, in: whole) == "Ada")
        for end in 0..<whole.count { #expect(PhotoshopResources.record(80, in: Array(whole[..<end])) == nil) }
        #expect(ICCProfile.name(of: DescribedPictures.profile) == "Wide test gamut")
        for end in 0..<DescribedPictures.profile.count {
            _ = ICCProfile.name(of: Array(DescribedPictures.profile[..<end]))
        }
        #expect(XMPPacket.text(of: "dc:rights", in: Array("<dc:rights><rdf:li>a</dc:rights>".utf8)) == "a")
        #expect(XMPPacket.text(of: "dc:rights", in: Array("<dc:rights><rdf:li>a".utf8)) == nil)
        #expect(XMPPacket.withoutOrientationAndThumbnails(Array("<xmp:Thumbnails>".utf8)) == nil)
    }
}
