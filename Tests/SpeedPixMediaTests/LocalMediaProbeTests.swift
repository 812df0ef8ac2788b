import Imaging
import SpeedPix
import SpeedPixMedia
import SpeedPixTestSupport
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The local probe of media files")
struct LocalMediaProbeTests {
    /// Its time limit never runs out: a machine may be as busy as it likes.
    private static func probe(_ folder: ToolFolder) -> LocalMediaProbe {
        LocalMediaProbe(searchPath: folder.path, clock: ManualClock())
    }

    /// Without any program: what pictures need is part of the library.
    static let bare = LocalMediaProbe(searchPath: "")

    private func error(_ operation: () async throws -> some Any) async throws -> SpeedPixError {
        try #require(await #expect(throws: SpeedPixError.self) { _ = try await operation() })
    }

    // MARK: Pictures

    @Test("The probe reads size, resolution, color space and format of a picture")
    func pictureProperties() async throws {
        try await ToolFolder.with { folder in
            let path = try folder.write("scan", tiff(width: 20, height: 30))
            let found = try await Self.bare.properties(ofFileAt: path, kind: .image)
            #expect((found.width, found.height) == (20, 30))
            #expect(found.dpi == 300)
            #expect(found.colorSpace == "srgb")
            #expect(found.format == "tiff")
            #expect(found.size == Int64(tiff(width: 20, height: 30).count))
            #expect(found.metadata["frames"] == "1")
        }
    }

    @Test("The probe gives the upright size of a rotated picture")
    func rotatedPicture() async throws {
        try await ToolFolder.with { folder in
            let path = try folder.write("a.tif", tiff(width: 20, height: 30, orientation: 6))
            let found = try await Self.bare.properties(ofFileAt: path, kind: .image)
            #expect((found.width, found.height) == (30, 20))
        }
    }

    @Test("The probe gives cmyk as the color space of a CMYK picture")
    func cmykPicture() async throws {
        try await ToolFolder.with { folder in
            let path = try folder.write("a.tif", tiff(width: 4, height: 4, channels: 4, photometric: 5))
            #expect(try await Self.bare.properties(ofFileAt: path, kind: .image).colorSpace == "cmyk")
        }
    }

    @Test(
        "The probe finds a picture's format in the content, not in the file name",
        arguments: [ImageFormat.png, .jpeg, .webp])
    func formatFromContent(_ format: ImageFormat) async throws {
        try await ToolFolder.with { folder in
            let bytes = try Image.blank(width: 7, height: 5).encoded(format: format)
            let found = try await Self.bare.properties(ofFileAt: folder.write("a.gif", bytes), kind: .image)
            #expect(found.format == format.fileExtension)
            #expect((found.width, found.height) == (7, 5))
        }
    }

    @Test("The probe refuses text and cut-off files as pictures")
    func invalidPicture() async throws {
        try await ToolFolder.with { folder in
            let path = try folder.write("a.png", Array("hello".utf8))
            #expect(
                try await error { try await Self.bare.properties(ofFileAt: path, kind: .image) }.code
                    == .invalidArgument)
            let cut = try folder.write(
                "b.png", Array(Image.blank(width: 9, height: 9).encoded(format: .png).prefix(20)))
            #expect(
                try await error { try await Self.bare.properties(ofFileAt: cut, kind: .image) }.code
                    == .invalidArgument)
        }
    }

    @Test("The probe reports missing files and folders as errors", arguments: MediaKind.allCases)
    func missingFilesAndFoldersAreErrors(_ kind: MediaKind) async throws {
        try await ToolFolder.with { folder in
            let missing = try await error { try await Self.bare.properties(ofFileAt: folder["nope"], kind: kind) }
            #expect(missing.code == .fileNotFound)
            let isFolder = try await error { try await Self.bare.properties(ofFileAt: folder.path, kind: kind) }
            #expect(isFolder.code == .invalidArgument)
        }
    }

    // MARK: Videos and sound

    static let report = """
        {"streams": [
          {"codec_type": "video", "codec_name": "mjpeg", "width": 9, "height": 9, "disposition": {"attached_pic": 1}},
          {"codec_type": "video", "codec_name": "h264", "width": 1920, "height": 1080, "avg_frame_rate": "30000/1001",
           "side_data_list": [{"rotation": -90}], "tags": {"language": "eng"}},
          {"codec_type": "audio", "codec_name": "aac", "sample_rate": "48000", "channels": 2, "bit_rate": "128000",
           "tags": {"language": "und"}}],
         "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "12.480000", "bit_rate": "5000000",
                    "tags": {"title": "A clip"}}}
        """

    @Test("The probe reads the properties of a video from ffprobe")
    func aVideoIsDescribedByFFprobe() async throws {
        try await ToolFolder.with { folder in
            try folder.tool("ffprobe", printing: Self.report)
            let path = try folder.write("-clip; rm *.mp4", [1, 2, 3])
            let probe = LocalMediaProbe(searchPath: "relative:/nowhere:\(folder.path)")
            let found = try await probe.properties(ofFileAt: path, kind: .video)
            #expect((found.width, found.height) == (1080, 1920))
            #expect(found.duration == .milliseconds(12_480))
            #expect((found.codec, found.audioCodec, found.hasAudio) == ("h264", "aac", true))
            #expect(try abs(#require(found.frameRate) - 29.97) < 0.001)
            #expect((found.sampleRate, found.channels, found.bitrate) == (48_000, 2, 5_000_000))
            #expect(found.format == "mp4")
            #expect(found.language == "eng")
            #expect(found.size == 3)
            #expect(found.metadata == ["title": "A clip"])
            // One argument, whatever is in the name.
            let arguments = try #require(folder.existingText("ffprobe.arguments")).split(separator: "\n")
            #expect(arguments.last?.hasSuffix("/-clip; rm *.mp4") == true)
            #expect(arguments.last?.hasPrefix("/") == true)
            #expect(arguments.contains("-format_whitelist"))
        }
    }

    @Test("The probe reads the properties of a sound from ffprobe")
    func aSoundIsDescribedByFFprobe() async throws {
        try await ToolFolder.with { folder in
            try folder.tool("ffprobe", printing: Self.report)
            let found = try await Self.probe(folder)
                .properties(ofFileAt: folder.write("a", Array("fLaC".utf8)), kind: .audio)
            #expect((found.codec, found.sampleRate, found.channels, found.bitrate) == ("aac", 48_000, 2, 128_000))
            #expect(found.format == "flac")
            #expect(found.width == nil)
            #expect(found.hasAudio == nil)
            #expect(found.language == nil)
        }
    }

    @Test("The probe refuses a file without video as a video")
    func aFileWithoutTheMediumIsAnError() async throws {
        try await ToolFolder.with { folder in
            try folder.tool("ffprobe", printing: #"{"streams": [{"codec_type": "audio"}], "format": {}}"#)
            let path = try folder.write("a", [1])
            let found = try await error {
                try await Self.probe(folder).properties(ofFileAt: path, kind: .video)
            }
            #expect(found.code == .invalidArgument)
            #expect(found.message.contains("no video"))
        }
    }

    @Test(
        "The probe names the package to install when a program is missing",
        arguments: [(MediaKind.video, "ffmpeg"), (.audio, "ffmpeg")])
    func missingProgram(kind: MediaKind, package: String) async throws {
        try await ToolFolder.with { folder in
            let path = try folder.write("a", [1])
            // A file that is none to run is not a program either.
            _ = try folder.write("ffprobe", [])
            for probe in [Self.bare, Self.probe(folder)] {
                let found = try await error { try await probe.properties(ofFileAt: path, kind: kind) }
                #expect(found.code == .unsupported)
                #expect(found.remedy?.contains(package) == true)
            }
        }
    }

    @Test("The probe passes on the last line of a program that fails, and refuses output that is not JSON")
    func programFails() async throws {
        try await ToolFolder.with { folder in
            try folder.tool("ffprobe", "echo 'first line' >&2; echo \"a: Invalid data\" >&2; exit 1")
            let path = try folder.write("a", [1])
            let probe = Self.probe(folder)
            let found = try await error { try await probe.properties(ofFileAt: path, kind: .video) }
            #expect(found.code == .invalidArgument)
            #expect(found.message.hasSuffix("a: Invalid data"))
            try folder.tool("ffprobe", printing: "no JSON")
            #expect(
                try await error { try await probe.properties(ofFileAt: path, kind: .video) }.code == .invalidResponse)
        }
    }

    @Test("The probe ends a program that writes too much")
    func tooMuchOutputIsCutOff() async throws {
        try await ToolFolder.with { folder in
            try folder.tool("ffprobe", "exec /usr/bin/yes 'more and more and more and more and more and more'")
            let path = try folder.write("a", [1])
            let found = try await error {
                try await Self.probe(folder).properties(ofFileAt: path, kind: .video)
            }
            #expect(found.code == .invalidArgument)
            #expect(found.message.contains("MiB to say"))
        }
    }

    @Test("The probe ends a program that exceeds the time limit")
    func aProgramThatHangsIsEnded() async throws {
        try await ToolFolder.with { folder in
            try folder.tool(
                "ffprobe", "echo $$ > \"$0.pid.new\"; /bin/mv \"$0.pid.new\" \"$0.pid\"; exec /bin/sleep 600")
            let path = try folder.write("a", [1])
            let clock = ManualClock()
            let probe = LocalMediaProbe(searchPath: folder.path, timeout: .seconds(9), clock: clock)
            let task = Task { try await probe.properties(ofFileAt: path, kind: .video) }
            await clock.waitForSleepers(1)
            while folder.existingText("ffprobe.pid") == nil { await Task.yield() }
            clock.advance(by: .seconds(9))
            let found = try await error { try await task.value }
            #expect(found.code == .timeout)
            #expect(found.message.contains("9 s"))
            let pid = try #require(
                pid_t(folder.existingText("ffprobe.pid")?.trimmingPrefix(" ").prefix { $0.isNumber } ?? ""))
            #expect(kill(pid, 0) == -1)
        }
    }

    @Test("Cancelling a probe ends its program")
    func cancelledProbeEndsTheProgram() async throws {
        try await ToolFolder.with { folder in
            try folder.tool(
                "ffprobe", "echo $$ > \"$0.pid.new\"; /bin/mv \"$0.pid.new\" \"$0.pid\"; exec /bin/sleep 600")
            let path = try folder.write("a", [1])
            let probe = LocalMediaProbe(searchPath: folder.path, clock: ManualClock())
            let task = Task { try await probe.properties(ofFileAt: path, kind: .video) }
            while folder.existingText("ffprobe.pid") == nil { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let pid = try #require(pid_t(folder.existingText("ffprobe.pid")?.prefix { $0.isNumber } ?? ""))
            #expect(kill(pid, 0) == -1)
        }
    }

    // MARK: Documents

    @Test("The probe reads the properties of a PDF from pdfinfo")
    func aPDFIsDescribedByPdfinfo() async throws {
        try await ToolFolder.with { folder in
            try folder.tool(
                "pdfinfo",
                printing: """
                    Title:           A book: part 1
                    Author:          吴
                    CreationDate:    2023-11-14T22:13:20Z
                    Tagged:          no
                    Pages:           12
                    Page size:       595 x 842 pts (A4)
                    PDF version:     1.7

                    """)
            let path = try folder.write("a", Array("%PDF-1.7 …".utf8))
            let probe = Self.probe(folder)
            let found = try await probe.properties(ofFileAt: path, kind: .document)
            #expect(found.pages == 12)
            #expect(found.author == "吴")
            #expect(found.createdAt == Date(timeIntervalSince1970: 1_700_000_000))
            #expect(found.metadata["title"] == "A book: part 1")
            #expect(found.format == "pdf")
            let text = try folder.write("b.pdf", Array("no PDF".utf8))
            let refused = try await error { try await probe.properties(ofFileAt: text, kind: .document) }
            #expect(refused.code == .unsupported)
            let without = try await error { try await Self.bare.properties(ofFileAt: path, kind: .document) }
            #expect(without.code == .unsupported)
            #expect(without.remedy?.contains("poppler") == true)
        }
    }

    // MARK: With a result

    @Test("probed adds what the file says to an output and keeps what the service said")
    func probedOutput() async throws {
        try await ToolFolder.with { folder in
            let path = try folder.write("a.tif", tiff(width: 16, height: 9))
            let output = try #require(FileOutput(["url": "https://cdn.test/a.tif", "width": 1600]))
            let picture = try await ImageFile(output).probed(by: Self.bare, at: path)
            #expect((picture.width, picture.height, picture.dpi) == (1600, 9, 300))
        }
    }
}
