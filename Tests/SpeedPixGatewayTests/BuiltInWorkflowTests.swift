import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import Imaging
@testable import SpeedPixGateway

/// The workflows that come with the gateway, through the SDK.
@Suite("Built-in workflows")
struct BuiltInWorkflowTests {
    /// A red square on grey, as a picture file's bytes.
    private func picture(width: Int = 120, height: Int = 90) throws -> InputValue {
        let picture = try Image.blank(width: width, height: height, color: Color("#c8c8c8"))
            .composited(.blank(width: width / 3, height: height / 3, color: Color("#a02020")), x: 35, y: 25)
        return .bytes(try picture.encoded(format: .png), filename: "picture.png")
    }

    @Test(
        "img2img applies the look that the prompt asks for",
        arguments: [
            ("a pencil sketch", "pencil"), ("水墨画", "ink"), ("watercolour", "watercolour"), ("oil painting", "oil"),
            ("black and white", "gray"), ("a vintage photo", "sepia"), ("at night", "night"), ("warm light", "warm"),
            ("in winter", "cold"), ("a dream", "dream"), ("oil painting, at night", "oil, night"),
        ])
    func imageToImageFollowsThePrompt(prompt: String, look: String) async throws {
        let (done, bytes) = try await runBuiltIn("img2img", ["image": try picture(), "prompt": .string(prompt)])
        let result = try Image.open(bytes: bytes)
        #expect((result.width, result.height) == (120, 90))
        #expect(done.info == ["message": .string(look)])
        // Each of them changes the picture.
        let before = try Image.blank(width: 1, height: 1, color: Color("#c8c8c8")).pixels
        #expect(Array(result.pixels.prefix(3)) != Array(before.prefix(3)) || look == "gray" || look == "oil")
    }

    @Test("A broken picture fails the workflow and is named as it was uploaded")
    func aBrokenPictureIsNamedAsItWasUploaded() async throws {
        let bytes = [UInt8]("\u{89}PNG\r\n\u{1a}\n".unicodeScalars.map { UInt8($0.value) }) + [0, 0, 0, 13, 9, 9]
        let error = await #expect(throws: SpeedPixError.self) {
            try await runBuiltIn("white-background", ["image": .bytes(bytes, filename: "shoe.png")])
        }
        #expect(error?.message.hasPrefix("the input \"image\", shoe.png: ") == true, "\(String(describing: error))")
        #expect(error?.message.contains("/") == false, "\(String(describing: error))")
    }

    @Test(
        "A truncated picture fails the workflow and is named as it was uploaded",
        arguments: ["white-background", "img2img", "image-to-video"], [ImageFormat.jpeg, .png, .webp, .gif])
    func truncatedUpload(workflow: String, format: ImageFormat) async throws {
        let cut = PictureFiles.cut(try PictureFiles.file(format), to: 0.6)
        let name = "shoe.\(format.fileExtension)"
        let error = await #expect(throws: SpeedPixError.self) {
            try await runBuiltIn(
                workflow,
                ["image": .bytes(cut, filename: name)].merging(workflow == "img2img" ? ["prompt": "a dream"] : [:]) {
                    $1
                })
        }
        #expect(error?.code == .predictionFailed)
        #expect(
            error?.message.hasPrefix("the input \"image\", \(name): the picture is truncated: the file ends ") == true,
            "\(error?.message ?? "")")
    }

    @Test("A JPEG whose decoder made pixels up fails the workflow")
    func lostData() async throws {
        let closed = PictureFiles.cutAndClosed(try PictureFiles.file(.jpeg), to: 0.5)
        let error = await #expect(throws: SpeedPixError.self) {
            try await runBuiltIn("img2img", ["image": .bytes(closed, filename: "shoe.jpg"), "prompt": "a dream"])
        }
        #expect(error?.message.contains("shoe.jpg: the picture is damaged") == true, "\(error?.message ?? "")")
    }

    @Test("The picture workflows accept a photo with odd numbers in its scan header")
    func oddScan() async throws {
        let odd = PictureFiles.withOddScan(try PictureFiles.file(.jpeg))
        let (_, bytes) = try await runBuiltIn(
            "img2img", ["image": .bytes(odd, filename: "shoe.jpg"), "prompt": "a dream"])
        #expect(try Image.open(bytes: bytes).width == 240)
    }

    @Test("img2img gives another picture for each seed")
    func seedsGiveDifferentPictures() async throws {
        var looks: Set<String> = []
        for seed in 1...3 {
            let input: [String: InputValue] = [
                "image": try picture(), "prompt": "surprise me", "seed": .integer(Int64(seed)),
            ]
            looks.insert(try await runBuiltIn("img2img", input).0.info?["message"]?.stringValue ?? "")
        }
        #expect(looks.count == 3)
    }

    @Test(
        "image-to-video makes an AVI with the given motion, length and width",
        arguments: ["zoom-in", "zoom-out", "pan-left", "pan-right"])
    func imageToVideo(motion: String) async throws {
        let (done, bytes) = try await runBuiltIn(
            "image-to-video",
            ["image": try picture(), "motion": .string(motion), "seconds": .double(0.5), "width": .integer(64)])
        let film = try #require(done.files.first)
        #expect(film.filename.hasSuffix(".avi"))
        #expect(done.output?["video"]?["duration"] == .double(0.5))
        #expect(done.output?["video"]?["frame_rate"] == .integer(12))
        #expect(String(decoding: bytes.prefix(4) + bytes[8..<12], as: UTF8.self) == "RIFFAVI ")
        // The length that the file says is the one that it has.
        let length = bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(length + 8 == bytes.count)
        let frames = try frames(in: bytes)
        #expect(frames.count == 6)
        for frame in frames {
            let picture = try Image.open(bytes: frame)
            #expect((picture.width, picture.height) == (64, 48))
        }
        #expect(frames.first != frames.last)
    }

    /// The JPEGs of the film, found as a player finds them: through its index.
    private func frames(in bytes: [UInt8]) throws -> [[UInt8]] {
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
        func place(of name: String) throws -> Int {
            let name = Array(name.utf8)
            return try #require((0..<bytes.count - 4).last { Array(bytes[$0..<$0 + 4]) == name })
        }
        let (movie, index) = (try place(of: "movi"), try place(of: "idx1"))
        return (0..<number(index + 4) / 16).map { entry in
            let row = index + 8 + entry * 16
            let start = movie + number(row + 8) + 8
            return Array(bytes[start..<start + number(row + 12)])
        }
    }

    @Test(
        "img2img and image-to-video refuse invalid inputs",
        arguments: [
            ("img2img", ["prompt": "  "], "prompt must say"),
            ("image-to-video", ["motion": "sideways"], "motion must be"),
        ])
    func invalidInputs(workflow: String, more: [String: InputValue], message: String) async throws {
        let input = more.merging(["image": try picture()]) { $1 }
        let error = await #expect(throws: SpeedPixError.self) { try await runBuiltIn(workflow, input) }
        #expect(error?.code == .predictionFailed)
        #expect(error?.message.contains(message) == true)
    }
}
