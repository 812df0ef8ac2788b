import SpeedPix
import Testing

@Suite("Output files")
struct FileOutputTests {
    private func file(_ members: [String: JSONValue], url: String = "https://cdn.test/a.png") throws -> FileOutput {
        try #require(FileOutput(.object(members.merging(["url": .string(url)]) { $1 })))
    }

    @Test("FileOutput reads name, format and type from a URL")
    func fileFromURL() throws {
        let file = try #require(FileOutput("https://cdn.test/dir/a%20b.PNG?sig=x"))
        #expect(file.filename == "a b.PNG")
        #expect(file.format == "png")
        #expect(file.mimeType == "image/png")
        #expect(file.size == nil)
        #expect("\(file)" == "https://cdn.test/dir/a%20b.PNG")
    }

    @Test("FileOutput reads an object with a URL and its properties")
    func fileFromObject() throws {
        let file = try file(["type": "image", "filename": "x.jpg", "width": 1920, "height": "1080", "size": 12.0])
        #expect(file.filename == "x.jpg")
        #expect(file.mimeType == "image/jpeg")
        #expect(file.width == 1920)
        #expect(file.height == 1080)
        #expect(file.size == 12)
        #expect(file.properties["type"] == "image")
        #expect(file.properties["url"] == nil)
        let ratio = try #require(file.aspectRatio)
        #expect(abs(ratio - 16.0 / 9) < 1e-9)
    }

    @Test(
        "FileOutput is nil for values without an HTTP URL",
        arguments: [
            JSONValue.string("a prompt"), .string("see https://a.test/b"), .string("https://a.test/ and more"),
            .string("ftp://a.test/b"), .string(""), .integer(1), .null, .bool(true), ["path": "https://a.test"],
            ["url": 7], ["url": "no url"], ["https://a.test/b"],
        ])
    func otherValuesAreData(_ value: JSONValue) {
        #expect(FileOutput(value) == nil)
    }

    @Test("FileOutput.all finds the files at any depth in the order of the keys")
    func filesAreFoundAtAnyDepthInOrder() {
        let value: JSONValue = [
            "b": ["https://cdn.test/2", ["url": "https://cdn.test/3", "preview": "https://cdn.test/p"]],
            "a": "https://cdn.test/1", "c": ["deep": [["er": "https://cdn.test/4"]], "text": "no file", "n": 3],
        ]
        #expect(FileOutput.all(in: value).map(\.url) == (1...4).map { "https://cdn.test/\($0)" })
    }

    @Test(
        "FileOutput removes folders and control characters from a file name",
        arguments: [
            ("../../etc/passwd", "passwd"), ("a/b", "b"), ("a\\b.png", "b.png"), ("/abs/x.png", "x.png"),
            ("..", "output"), (".", "output"), ("///", "output"), ("a\u{0}b.png", "b.png"),
            ("x\u{1B}[2J.png", "[2J.png"),
            ("a\r\nb.png", "b.png"), ("C:\\temp\\x.png", "x.png"), ("图片.png", "图片.png"), ("x/..", "output"),
            ("a\u{7F}b.png", "b.png"), ("a\u{9B}2Jb.png", "2Jb.png"),
        ])
    func hostileFileNames(given: String, name: String) throws {
        #expect(try file(["filename": .string(given)]).filename == name)
    }

    @Test(
        "FileOutput removes folders and control characters from a name in a URL",
        arguments: [
            ("https://cdn.test", "output"), ("https://cdn.test/", "output"), ("https://cdn.test/a/", "a"),
            ("https://cdn.test/..%2F..%2Fetc%2Fpasswd", "passwd"), ("https://cdn.test/%2e%2e", "output"),
            ("https://cdn.test/x.png?filename=../y", "x.png"), ("https://cdn.test/%00", "output"),
        ])
    func hostileFileNamesInURLs(url: String, name: String) throws {
        #expect(try file([:], url: url).filename == name)
        #expect(try file(["filename": ""], url: url).filename == name)
    }

    @Test("Format and type that the service names come before the URL's extension")
    func formatAndTypeOfTheService() throws {
        #expect(try file(["format": "WEBP"]).format == "webp")
        #expect(try file(["format": "webp"], url: "https://cdn.test/x").mimeType == "image/webp")
        #expect(try file(["mime_type": "image/avif"]).mimeType == "image/avif")
        #expect(try file(["contentType": "video/mp4"]).mimeType == "video/mp4")
        #expect(try file([:], url: "https://cdn.test/x").mimeType == "application/octet-stream")
        #expect(try file([:], url: "https://cdn.test/x").format == nil)
    }

    static let shapeless: [[String: JSONValue]] = [
        ["width": 10], ["width": 0, "height": 5], ["width": -4, "height": 2], ["width": "wide", "height": 1],
    ]

    @Test("FileOutput has no aspect ratio without a valid width and height", arguments: shapeless)
    func aspectRatioWithoutASize(_ members: [String: JSONValue]) throws {
        #expect(try file(members).aspectRatio == nil)
    }
}
