import Imaging
import LuaRuntime
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

@Suite("image, of damaged files")
struct DamagedImageTests {
    /// `whole.jpg`, `cut.jpg`, `odd.jpg` and so on for PNG, `closed.jpg` and `film.gif`.
    private func folder() throws -> ScriptFolder {
        let folder = try ScriptFolder()
        for (format, ending) in [
            (ImageFormat.jpeg, "jpg"), (.png, "png"), (.webp, "webp"), (.gif, "gif"), (.tiff, "tif"),
        ] {
            let whole = try PictureFiles.file(format)
            try folder.write(whole, to: "whole.\(ending)")
            try folder.write(PictureFiles.cut(whole, to: 0.6), to: "cut.\(ending)")
        }
        let jpeg = try PictureFiles.file(.jpeg)
        try folder.write(PictureFiles.withOddScan(jpeg), to: "odd.jpg")
        try folder.write(PictureFiles.cutAndClosed(jpeg, to: 0.6), to: "closed.jpg")
        try folder.write(try PictureFiles.animation(frames: 2).dropLast(50), to: "film.gif")
        return folder
    }

    private static let ways = [
        "image.open(%):bytes('png')", "image.open(%):resize(20)", "image.open(%, { width = 20 })",
        "image.open(%, { height = 20 })", "image.open(%):thumbnail(20)", "image.open(%):save('out.png')",
        "image.contact_sheet { % }", "image.contact_sheet { image.open(%) }", "image.open(fs.read(%), { width = 20 })",
        "show(%)", "show(image.open(%))",
    ]

    /// A host with a terminal that shows pictures of 20 pixels: without one, `show` decodes nothing.
    private func host(_ folder: ScriptFolder) throws -> ScriptHost {
        var host = try folder.host()
        host.streams.display = PictureDisplay { _, _ in
            PictureDisplay.Frame(width: 20, height: 20) { Array("\($0)\n".utf8) }
        }
        return host
    }

    @Test("image raises image_damaged for a truncated picture, whatever uses it", arguments: ways)
    func truncated(way: String) async throws {
        let folder = try folder()
        let host = try host(folder)
        for name in ["cut.jpg", "cut.png", "cut.webp", "cut.gif", "cut.tif", "closed.jpg", "film.gif"] {
            let call = way.replacing("%", with: "'\(name)'")
            let error = await folder.failure(call, host: host)
            #expect(error?.code == "image_damaged", "\(call): \(error?.message ?? "no error")")
            // A sheet of many pictures has to say which one it was.
            if !way.contains("fs.read") { #expect(error?.message.contains(name) == true, "\(error?.message ?? "")") }
            #expect(error?.hint?.contains("damaged = \"allow\"") == true)
        }
        #expect(!folder.contents.contains("out.png"))
    }

    @Test("image accepts a picture with odd numbers in its scan header, whatever uses it", arguments: ways)
    func oddScan(way: String) async throws {
        let folder = try folder()
        let call = way.replacing("%", with: "'odd.jpg'")
        let error = await folder.failure(call, host: try host(folder))
        #expect(error == nil, "\(call): \(error?.message ?? "")")
    }

    @Test("image.open with damaged = allow opens what there is, and refuses other values")
    func allowed() async throws {
        let folder = try folder()
        let results = try await folder.run(
            """
            local whole = image.open("whole.jpg"):crop(0, 0, 240, 40)
            local cut = image.open("cut.jpg", { damaged = "allow" })
            assert(image.compare(cut:crop(0, 0, 240, 40), whole).same)
            local small = image.open("cut.png", { width = 60, damaged = "allow" })
            local film = image.open("film.gif", { damaged = "allow" })
            local sheet = image.contact_sheet({ cut, small }, { cell = 32, gap = 0 })
            return cut.width, cut:thumbnail(24).width, small.width, film:flip().width, sheet.width
            """)
        #expect(results == [240, 24, 60, 60, 64])
        let error = await folder.failure("image.open('cut.jpg', { damaged = 'alow' })")
        #expect(error?.code == "invalid_argument")
        #expect(error?.message.contains("did you mean 'allow'?") == true, "\(error?.message ?? "")")
    }

    @Test("image.check reports damage without an error")
    func check() async throws {
        let results = try await folder().run(
            """
            local whole, odd = image.check("whole.png"), image.check(speedpix.file("odd.jpg"))
            assert(whole.ok and whole.format == "png" and whole.width == 240 and whole.height == 160)
            assert(whole.frames == 1 and whole.problem == nil and #whole.warnings == 0)
            assert(odd.ok and odd.problem == nil and #odd.warnings == 1)
            local cut, closed = image.check(fs.read("cut.jpg")), image.check("closed.jpg")
            assert(not cut.ok and cut.width == 240 and not closed.ok and #closed.warnings == 0)
            return odd.warnings[1], cut.problem, closed.problem, image.check("film.gif").problem
            """)
        #expect(
            results == [
                "Invalid SOS parameters for sequential JPEG",
                "truncated: the file ends before its end mark (VipsJpeg: Premature end of input file)",
                "damaged: Corrupt JPEG data: premature end of data segment",
                "truncated: the file ends inside frame 2",
            ])
    }

    @Test(
        "image.check raises for files that are not pictures or cannot be read",
        arguments: [
            ("'gone.png'", "file_not_found"), ("'/etc/hostname'", "not_allowed"), ("'notes.txt'", "unsupported_format"),
            ("7", "invalid_argument"), ("speedpix.text('x')", "invalid_argument"),
        ])
    func checkRefuses(argument: String, code: String) async throws {
        let folder = try folder()
        try folder.write("words", to: "notes.txt")
        let error = await folder.failure("image.check(\(argument))")
        #expect(error?.code == code, "\(error?.message ?? "no error")")
    }
}
