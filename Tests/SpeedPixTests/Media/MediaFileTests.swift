import SpeedPix
import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Media files")
struct MediaFileTests {
    private func decode<Value: Decodable>(_ value: JSONValue, as type: Value.Type = Value.self) throws -> Value {
        try value.decode(Value.self)
    }

    private func file(_ members: [String: JSONValue]) -> JSONValue {
        .object(members.merging(["url": "https://cdn.test/a.bin"]) { $1 })
    }

    static let spellings: [[String: JSONValue]] = [
        ["width": 1920, "height": 1080, "dpi": 300, "colorSpace": "srgb", "format": "PNG"],
        ["width": "1920", "height": "1080", "dpi": "299.9994", "color_space": "srgb", "format": "png"],
        ["width": 1920.0, "height": 1080.0, "DPI": 300, "colorspace": "srgb", "format": "png"],
    ]

    @Test("ImageFile decodes its properties in several spellings", arguments: spellings)
    func imageFile(_ members: [String: JSONValue]) throws {
        let picture = try decode(file(members), as: ImageFile.self)
        #expect((picture.width, picture.height) == (1920, 1080))
        #expect(picture.dpi == 300)
        #expect(picture.colorSpace == "srgb")
        #expect(picture.format == "png")
        #expect(picture.isLandscape)
        #expect(!picture.isSquare && !picture.isPortrait)
        #expect(picture.url == "https://cdn.test/a.bin")
        #expect("\(picture)" == picture.url)
    }

    @Test("ImageFile decodes its metadata as text")
    func aPicturesMetadataIsText() throws {
        let picture = try decode(
            file(["metadata": ["a": "b", "n": 3, "f": true, "none": nil, "list": [1, 2]]]), as: ImageFile.self)
        #expect(picture.metadata == ["a": "b", "n": "3", "f": "true", "list": "[1,2]"])
        #expect(try decode("https://cdn.test/a.png", as: ImageFile.self).metadata.isEmpty)
    }

    @Test(
        "ImageFile knows whether it is square, portrait or landscape",
        arguments: [
            (100, 100, true, false, false), (100, 200, false, true, false), (200, 100, false, false, true),
        ])
    func shapeOfAnImage(width: Int64, height: Int64, square: Bool, portrait: Bool, landscape: Bool) throws {
        let picture = try decode(
            file(["width": .integer(width), "height": .integer(height)]), as: ImageFile.self)
        #expect([picture.isSquare, picture.isPortrait, picture.isLandscape] == [square, portrait, landscape])
    }

    @Test("An image without a size has no aspect ratio")
    func imageWithoutSize() throws {
        let picture = try decode("https://cdn.test/a.png", as: ImageFile.self)
        #expect(picture.aspectRatio == nil)
        #expect(!picture.isSquare && !picture.isPortrait && !picture.isLandscape)
    }

    @Test("VideoFile decodes its properties")
    func videoFile() throws {
        let video = try decode(
            file([
                "duration": 12.5, "width": 3840, "height": 2160, "codec": "h264", "frame_rate": "30000/1001",
                "has_audio": "true", "audioCodec": "aac",
            ]), as: VideoFile.self)
        #expect(video.duration == .milliseconds(12_500))
        #expect(video.codec == "h264")
        #expect(try abs(#require(video.frameRate) - 29.97) < 0.001)
        #expect(video.hasAudio)
        #expect(video.audioCodec == "aac")
        #expect(video.isHD && video.is4K)
        #expect(video.resolution == "3840x2160")
    }

    @Test(
        "VideoFile is HD from 1280 × 720 and 4K from 3840 × 2160, in either orientation",
        arguments: [
            (1280, 720, true, false), (720, 1280, true, false), (1279, 719, false, false), (2160, 3840, true, true),
            (4096, 2159, true, false),
        ])
    func videoSizes(width: Int64, height: Int64, isHD: Bool, is4K: Bool) throws {
        let video = try decode(file(["width": .integer(width), "height": .integer(height)]), as: VideoFile.self)
        #expect(video.isHD == isHD)
        #expect(video.is4K == is4K)
    }

    @Test("VideoFile of a URL alone has no properties but its format")
    func videoWithoutProperties() throws {
        let video = try decode("https://cdn.test/a.mp4", as: VideoFile.self)
        #expect(!video.isHD && !video.is4K && !video.hasAudio)
        #expect(video.resolution == nil && video.duration == nil && video.frameRate == nil)
        #expect(video.format == "mp4")
    }

    static let durations: [([String: JSONValue], Duration?)] = [
        (["duration": 2], .seconds(2)), (["duration": "2.5"], .milliseconds(2500)),
        (["durationMs": 1500], .milliseconds(1500)), (["duration_ms": "20"], .milliseconds(20)),
        (["duration": "1:02.5"], .milliseconds(62_500)), (["duration": "01:00:01"], .seconds(3601)),
        (["duration": 5_000_000_000], .seconds(5)), (["duration": -1], nil), (["duration": "soon"], nil),
        (["duration": "1:x"], nil), (["duration": "::"], nil), (["duration": nil], nil), ([:], nil),
    ]

    @Test(
        "VideoFile decodes its duration from seconds, milliseconds, nanoseconds and clock times", arguments: durations)
    func videoDurations(_ members: [String: JSONValue], _ duration: Duration?) throws {
        #expect(try decode(file(members), as: VideoFile.self).duration == duration)
    }

    @Test("AudioFile decodes its properties")
    func audioFile() throws {
        let sound = try decode(
            file(["duration": "3", "sampleRate": "44100", "bit_rate": 128_000, "channels": 2, "format": "mp3"]),
            as: AudioFile.self)
        #expect(sound.duration == .seconds(3))
        #expect((sound.sampleRate, sound.bitrate, sound.channels) == (44_100, 128_000, 2))
        #expect(sound.format == "mp3")
    }

    @Test("DocumentFile decodes its properties")
    func documentFile() throws {
        let document = try decode(
            file(["pageCount": 3, "language": "zh", "author": "吴", "createdAt": "2023-11-14T22:13:20Z"]),
            as: DocumentFile.self)
        #expect(document.pages == 3)
        #expect(document.language == "zh")
        #expect(document.author == "吴")
        #expect(document.createdAt == Date(timeIntervalSince1970: 1_700_000_000))
    }

    @Test("A decoded image encodes to the JSON it came from")
    func encodesAsDecoded() throws {
        for value in [
            file(["width": 3, "preview": "https://cdn.test/p"]), "https://cdn.test/b.png",
        ] as [JSONValue] {
            let picture = try decode(value, as: ImageFile.self)
            #expect(try JSONValue(parsing: JSONEncoder().encode(picture)) == value)
        }
    }

    // MARK: Saving

    struct Result: Decodable {
        var images: ImageFile
        var info: String
    }

    @Test("A file that was decoded with a client saves and reads itself")
    func savingADecodedFile() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: SaveTests.echo)
            let output: JSONValue = ["images": ["https://cdn.test/cat.png"], "info": "done"]
            let result = try output.decode(Result.self, files: service.files)
            #expect(result.info == "done")
            #expect(try await result.images.save(to: folder["result.png"]) == folder["result.png"])
            #expect(try await result.images.save(to: folder.path) == folder["cat.png"])
            #expect(try folder.bytes("result.png") == Array("/cat.png".utf8))
            #expect(try await result.images.read() == Array("/cat.png".utf8))
            _ = try await speedPixError { try await result.images.read(limit: 3) }
        }
    }

    @Test("Saving a file without a client fails and names attached(to:)")
    func savingWithoutAClient() async throws {
        let service = try ScriptedService(then: SaveTests.echo)
        let picture = ImageFile(try SaveTests.output("https://cdn.test/cat.png"))
        let error = try await speedPixError { try await picture.save(to: "/nowhere/a") }
        #expect(error.code == .invalidArgument)
        #expect(error.remedy?.contains("attached(to: client.files)") == true)
        #expect(try await picture.attached(to: service.files).read() == Array("/cat.png".utf8))
        #expect(picture.attached(to: service.files) == picture)
        #expect(Set([picture, picture.attached(to: service.files)]).count == 1)
    }

    // MARK: Probing

    struct Probe: MediaProbe {
        var found: MediaProperties

        func properties(ofFileAt path: String, kind: MediaKind) async throws -> MediaProperties {
            var found = found
            found.metadata["read"] = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            found.metadata["kind"] = kind.rawValue
            found.metadata["path"] = path
            return found
        }
    }

    @Test("A probe adds only the properties that the service did not give")
    func probeFillsMissingProperties() async throws {
        var found = MediaProperties()
        found.width = 10
        found.height = 20
        found.codec = "av1"
        found.duration = .milliseconds(1500)
        found.frameRate = 25
        found.hasAudio = true
        let service = try ScriptedService(then: SaveTests.echo)
        let told: JSONValue = ["url": "https://cdn.test/a.mp4", "width": 11, "fps": 24, "height": nil]
        let video = try told.decode(VideoFile.self, files: service.files)
        let probed = try await video.probed(by: Probe(found: found))
        #expect((probed.width, probed.height) == (11, 20))
        #expect(probed.codec == "av1")
        #expect(probed.duration == .milliseconds(1500))
        #expect(probed.frameRate == 24)
        #expect(probed.hasAudio)
        let metadata = probed.file.properties["metadata"]
        #expect(metadata?["read"] == "/a.mp4")
        #expect(metadata?["kind"] == "video")
        let path = try #require(metadata?["path"]?.stringValue)
        #expect(path.hasSuffix(".mp4"))
        // The download is gone again.
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try await probed.read() == Array("/a.mp4".utf8))
    }

    @Test("A probe of a local file downloads nothing")
    func aLocalFileNeedsNoDownload() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a", Array("local".utf8))
            let picture = ImageFile(try SaveTests.output("https://cdn.test/a.png"))
            let probed = try await picture.probed(by: Probe(found: MediaProperties()), at: path)
            #expect(probed.metadata["read"] == "local")
            #expect(probed.metadata["kind"] == "image")
        }
    }
}
