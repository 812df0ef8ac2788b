import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import Imaging
@testable import SpeedPixGateway

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the picture workflows say and do at the edges of their inputs, through the SDK.
@Suite("Picture workflows")
struct PictureWorkflowTests {
    private func input(_ image: Image) throws -> InputValue {
        .bytes(try image.encoded(format: .png), filename: "picture.png")
    }

    /// A dark red rectangle on grey.
    private func shot(x: Int = 100, y: Int = 50, width: Int = 100, height: Int = 100) throws -> Image {
        try Image.blank(width: 300, height: 200, color: Color("#d8d8d8"))
            .composited(.blank(width: width, height: height, color: Color("#7a1f1f")), x: x, y: y)
    }

    private func info(_ prediction: Prediction) -> String {
        prediction.info?["message"]?.stringValue ?? prediction.info?.stringValue ?? ""
    }

    // MARK: white-background

    @Test(
        "white-background keeps to the canvas that was asked for, with and without a caption",
        arguments: [
            (["width": 800, "height": 600], "", 800, 600), (["width": 800, "height": 600], "Spring offer", 800, 600),
            (["width": 500], "Spring offer", 500, 500), (["height": 400], "", 400, 400),
            (["width": 64, "height": 64], "A caption of some length", 64, 64),
            (["width": 1200, "height": 200], "Wide", 1200, 200),
            (["width": 200, "height": 900], "Narrow and tall", 200, 900),
            ([:], "", 1024, 1024),
        ] as [([String: InputValue], String, Int, Int)])
    func canvas(size: [String: InputValue], text: String, width: Int, height: Int) async throws {
        let inputs = size.merging(["image": try input(shot()), "text": .string(text)]) { $1 }
        let (done, bytes) = try await runBuiltIn("white-background", inputs)
        let result = try Image.open(bytes: bytes)
        #expect((result.width, result.height) == (width, height))
        #expect(info(done).contains("on \(width) × \(height) white"))
        // The corners stay free, whatever the caption is.
        #expect(try near(result.color(x: 0, y: 0), .white) && near(result.color(x: width - 1, y: height - 1), .white))
    }

    private func near(_ a: Color, _ b: Color) -> Bool {
        [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)].allSatisfy { abs(Int($0) - Int($1)) <= 6 }
    }

    @Test("white-background gives the subject the share that was asked for", arguments: [0.5, 0.85, 1])
    func fill(share: Double) async throws {
        let inputs: [String: InputValue] = [
            "image": try input(shot()), "width": 400, "height": 300, "fill": .double(share),
        ]
        let result = try Image.open(bytes: try await runBuiltIn("white-background", inputs).1)
        var columns: [Int] = []
        for x in 0..<400 where try result.color(x: x, y: 150).green < 90 { columns.append(x) }
        let width = (columns.last ?? 0) - (columns.first ?? 0) + 1
        #expect(abs(Double(width) - 300 * share) <= 4, "\(width)")
        #expect(abs((columns.first ?? 0) + (columns.last ?? 0) - 399) <= 2)
    }

    @Test(
        "white-background refuses a canvas and a share out of range",
        arguments: [
            ["width": 63], ["height": 4097], ["fill": 0.05], ["fill": 1.1], ["width": "wide"],
        ] as [[String: InputValue]])
    func ranges(more: [String: InputValue]) async throws {
        let inputs = more.merging(["image": try input(shot())]) { $1 }
        let error = await #expect(throws: SpeedPixError.self) { try await runBuiltIn("white-background", inputs) }
        #expect(error?.message.contains(more.keys.first ?? "?") == true, "\(String(describing: error))")
    }

    @Test("white-background refuses a caption that its canvas cannot hold")
    func longCaption() async throws {
        let text = String(repeating: "much to say ", count: 100)
        let inputs: [String: InputValue] = [
            "image": try input(shot()), "width": 64, "height": 64, "text": .string(text),
        ]
        let error = await #expect(throws: SpeedPixError.self) { try await runBuiltIn("white-background", inputs) }
        #expect(error?.message.contains("text is too long") == true, "\(String(describing: error))")
    }

    @Test("white-background says how sure it is, in its outputs and in info")
    func confidence() async throws {
        let (sure, _) = try await runBuiltIn("white-background", ["image": try input(shot())])
        #expect(sure.output?["confidence"]?.lenientDouble == 1)
        #expect(sure.output?["warnings"] == .array([]))
        #expect(!info(sure).contains("not sure"))
        let (unsure, _) = try await runBuiltIn(
            "white-background", ["image": try input(shot(y: 120, width: 60, height: 80))])
        #expect(unsure.output?["warnings"] == .array(["touches_border"]))
        #expect((unsure.output?["confidence"]?.lenientDouble ?? 1) < 0.8)
        #expect(info(unsure).contains("not sure of it") && info(unsure).contains("touches the picture's border"))
        // A subject along a third of the border is taken for backdrop.
        let (wrong, _) = try await runBuiltIn("white-background", ["image": try input(shot(y: 80, height: 120))])
        #expect((wrong.output?["confidence"]?.lenientDouble ?? 1) < 0.3)
        #expect(info(wrong).contains("less than 5 %"), "\(info(wrong))")
    }

    @Test("A workflow refuses an animation, and gives results without what the upload said of itself")
    func uploads() async throws {
        let animation = try Animation(frames: [shot(), shot(x: 90)]).encoded(format: .gif)
        let error = await #expect(throws: SpeedPixError.self) {
            try await runBuiltIn("white-background", ["image": .bytes(animation, filename: "a.gif")])
        }
        #expect(error?.message.contains("2 frames") == true && error?.message.contains("frame(1)") == true)
        let photo = InputValue.bytes(try DescribedPictures.jpeg(), filename: "photo.jpg")
        let (_, bytes) = try await runBuiltIn("img2img", ["image": photo, "prompt": "sepia"])
        #expect(try ImageHeader(bytes: bytes).metadata?.copyright == nil)
    }

    // MARK: text-to-image

    @Test(
        "text-to-image says in info when a prompt has nothing that it knows",
        arguments: [
            ("a quarterly report", true), ("xyzzy", true), ("a mountain lake", false), ("红", false), ("山", false),
        ])
    func unknownPrompt(prompt: String, isUnknown: Bool) async throws {
        let (done, _) = try await runBuiltIn("text-to-image", ["prompt": .string(prompt), "width": 64, "height": 64])
        #expect(info(done).contains("nothing in the prompt is known") == isUnknown, "\(info(done))")
        #expect(!isUnknown || info(done).contains("mountains, forests"))
    }

    @Test("Every built-in workflow says what it does, and text-to-image what it can draw")
    func descriptions() async throws {
        let workflows = try await BuiltInWorkflows.load()
        for workflow in workflows { #expect(!workflow.summary.isEmpty, "\(workflow.id)") }
        let drawing = try #require(workflows.first { $0.id == "text-to-image" })
        #expect(drawing.summary.contains("mountains, forests") && drawing.summary.contains("Other words"))
        #expect(drawing.inputs.first { $0.name == "prompt" }?.help.contains("mountains, forests") == true)
    }

    // MARK: image-to-video

    /// A folder of programs with an `ffmpeg` that is a script of ours.
    private func programs(_ script: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array("#!/bin/sh\n\(script)\n".utf8), to: "ffmpeg")
        chmod(path, 0o755)
        return folder
    }

    private var film: [String: InputValue] {
        get throws { ["image": try input(shot()), "seconds": 0.5, "width": 64] }
    }

    @Test("image-to-video gives MP4 where there is an ffmpeg, which gets the frames by number and no shell")
    func mp4() async throws {
        let folder = try programs(
            """
            for word; do last=$word; done
            test "$last" = film.mp4 || exit 1
            printf '%s\\n' "$@" | grep -qx libx264 || exit 2
            printf '%s|' MP4 frame-*.jpg "$HOME" > film.mp4
            """)
        let (done, bytes) = try await runBuiltIn("image-to-video", try film, searchPath: "\(folder.path):/usr/bin:/bin")
        let file = try #require(done.files.first)
        #expect(file.filename.hasSuffix(".mp4"))
        #expect(done.output?["video"]?["codec"] == "h264")
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "MP4|" + (1...6).map { "frame-0000\($0).jpg|" }.joined() + "|")
        #expect(info(done).hasSuffix("H.264 in MP4"))
    }

    @Test(
        "image-to-video gives AVI, and says why, where ffmpeg is missing or fails",
        arguments: [
            (nil, "ffmpeg is not installed"), ("echo 'Unknown encoder libx264' >&2; exit 1", "Unknown encoder"),
            ("exit 0", "cannot be read"),
        ] as [(String?, String)])
    func avi(script: String?, reason: String) async throws {
        let folder = try script.map(programs)
        let (done, bytes) = try await runBuiltIn(
            "image-to-video", try film, searchPath: folder.map { "\($0.path):/bin" } ?? "")
        #expect(done.files.first?.filename.hasSuffix(".avi") == true)
        #expect(bytes.starts(with: "RIFF".utf8))
        #expect(info(done).contains("Motion JPEG in AVI") && info(done).contains(reason), "\(info(done))")
    }

    @Test(
        "An installed ffmpeg makes a film of H.264",
        .enabled(
            if: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains { access("\($0)/ffmpeg", X_OK) == 0 }))
    func realFFmpeg() async throws {
        let (done, bytes) = try await runBuiltIn(
            "image-to-video", try film, searchPath: "/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        // One that was built without the encoder is no fault of ours.
        guard info(done).hasSuffix("H.264 in MP4") else { return }
        #expect(bytes[4..<8].elementsEqual("ftyp".utf8))
        #expect(bytes.firstRange(of: "avc1".utf8) != nil)
    }
}
