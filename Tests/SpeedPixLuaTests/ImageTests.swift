import Imaging
import LuaRuntime
import SpeedPix
import Testing

@testable import ImagingLua
@testable import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("image")
struct ImageTests {
    /// A folder with a JPEG of 400 × 200 pixels, red on the left and blue on the right.
    private func folder() throws -> ScriptFolder {
        let folder = try ScriptFolder()
        var pixels: [UInt8] = []
        for _ in 0..<200 {
            for x in 0..<400 { pixels += x < 200 ? [220, 20, 20] : [20, 20, 220] }
        }
        let image = try Image(pixels: pixels, width: 400, height: 200)
        try folder.write(try image.encoded(format: .jpeg), to: "photo.jpg")
        try folder.write(try image.encoded(format: .png), to: "photo.png")
        return folder
    }

    @Test("image.open takes a path, bytes and files, and can shrink to a size")
    func imageOpen() async throws {
        let results = try await folder().run(
            """
            local a = image.open("photo.jpg")
            local b = image.open(fs.read("photo.png"))
            local c = image.open(speedpix.file("photo.jpg"))
            local d = image.open(speedpix.bytes(fs.read("photo.jpg"), "x.jpg"))
            local e = image.open("photo.jpg", { width = 100 })
            return a.width, a.height, a.format, a.color_space, b.format, c.width, d.height, e.width, e.height, tostring(a)
            """)
        #expect(results == [400, 200, "jpeg", "srgb", "png", 400, 200, 100, 50, "picture 400×200"])
    }

    @Test("Each method of a picture returns a new picture of the expected size")
    func pictureMethods() async throws {
        let results = try await folder().run(
            """
            local p = image.open("photo.png")
            local sizes = {}
            for i, q in ipairs {
              p:resize { width = 100 }, p:resize(50, 50, { fit = "cover" }), p:resize(10, 10, { fit = "exact" }), p:thumbnail(64),
              p:thumbnail { width = 64, height = 16 }, p:crop(10, 20, 30, 40), p:crop { x = 0, y = 0, width = 5, height = 6 },
              p:rotate(90), p:flip(), p:flip("vertical"), p:extend { top = 1, right = 2, bottom = 3, left = 4 }, p:blur(2),
              p:sharpen(), p:grayscale(), p:silhouette("red"), p:background("white"), p:convert("webp"),
              p:composite(p:thumbnail(10), { at = "bottom-right", blend = "multiply", opacity = 0.5 }),
              p:text("Sale", { at = "top", size = 20, color = "#fff" }), p:trim { threshold = 100 }, p:resize(p.width / 2),
            } do sizes[i] = q.width .. "x" .. q.height end
            assert(p.width == 400 and p.format == "png" and p:convert("webp").format == "webp")
            return table.concat(sizes, " ")
            """)
        #expect(
            results == [
                "100x50 50x50 10x10 64x32 32x16 30x40 5x6 200x400 400x200 400x200 406x204 400x200 400x200 400x200 400x200 400x200 400x200 400x200 400x200 200x200 200x100"
            ])
    }

    @Test("save and bytes write a picture in the given format and quality")
    func saveAndBytes() async throws {
        let folder = try folder()
        let results = try await folder.run(
            """
            local p = image.open("photo.jpg"):thumbnail(40)
            local path = p:save("out/small.png")
            assert(image.open(path).format == "png" and image.open(path).width == 40)
            local loose, tight = p:bytes("jpeg", { quality = 95 }), p:bytes { format = "jpeg", quality = 20 }
            assert(#loose > #tight and image.open(tight).format == "jpeg")
            assert(image.open(p:bytes()).format == "jpeg" and image.open(p:convert("webp"):bytes()).format == "webp")
            return path
            """)
        #expect(results == [.string("\(folder.path)/out/small.png")])
    }

    @Test("image.contact_sheet and image.compare take pictures and paths")
    func contactSheetsAndComparisons() async throws {
        let results = try await folder().run(
            """
            local p = image.open("photo.png")
            local sheet = image.contact_sheet({ p, "./photo.jpg", p:flip() }, { columns = 2, labels = { "one", "two" }, cell = 64, gap = 8 })
            local same, other = image.compare(p, p), image.compare(p, p:flip())
            assert(same.same and same.psnr == math.huge and same.changed == 0 and same.picture.width == 400)
            assert(not other.same and other.changed > 0.99 and other.difference > 0.4 and other.psnr < 10)
            return sheet.width, sheet.height
            """)
        // 2 × 64 and 3 × 8 across; 2 × (64, 18 for the label) and 3 × 8 down.
        #expect(results == [152, 188])
    }

    @Test(
        "image raises the right code for bad files, sizes and arguments",
        arguments: [
            ("image.open('gone.png')", "file_not_found"), ("image.open('notes.txt')", "unsupported_format"),
            ("image.open('cut.jpg'):blur(1)", "image_damaged"), ("image.open('bomb.png')", "image_too_large"),
            ("image.open(fs.read('bomb.png'), { width = 10 })", "image_too_large"),
            ("image.blank(1e6, 1e6)", "image_too_large"),
            ("image.open('photo.png'):resize(1e6, 1e6)", "image_too_large"),
            ("image.open('photo.png'):crop(0, 0, 1e4, 1)", "invalid_argument"),
            ("image.open('photo.png'):blur(-1)", "invalid_argument"),
            ("image.open('photo.png'):save('x.doc')", "invalid_argument"),
            ("image.open('photo.png'):convert('heif')", "invalid_argument"),
            ("image.open('photo.png'):text('')", "invalid_argument"),
            ("image.open('photo.png'):background('purpel')", "invalid_argument"),
            ("image.compare(image.blank(1, 1), image.blank(2, 1))", "invalid_argument"),
            ("image.contact_sheet {}", "invalid_argument"),
            ("image.open(1)", "invalid_argument"), ("image.open(speedpix.text('x'))", "invalid_argument"),
            ("image.blank(30, 30):cutout()", "no_subject"), ("image.svg('<svg/>')", "invalid_argument"),
        ])
    func invalidArguments(script: String, code: String) async throws {
        let folder = try folder()
        try folder.write("some words", to: "notes.txt")
        let photo = try await folder.run("return fs.read('photo.jpg')")
        guard case .string(let bytes)? = photo.first else { return }
        try folder.write(bytes.bytes.prefix(bytes.bytes.count / 2), to: "cut.jpg")
        // A PNG of a few bytes that says it is 30,000 pixels wide and high.
        let png = try #require(
            Data(
                base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAIAAADpRW/tAAAACElEQVR4nAMAAAAAAUgGid"
                    + "IAAAAASUVORK5CYII="))
        try folder.write(png, to: "bomb.png")
        let error = await folder.failure(script)
        #expect(error?.code == code, "\(script): \(error?.message ?? "no error")")
    }

    @Test("image suggests the nearest name for a misspelt option, method or value")
    func misspeltOptionsNameTheNearest() async throws {
        let folder = try folder()
        let option = await folder.failure("image.open('photo.png'):resize { widht = 1 }")
        #expect(option?.message.contains("did you mean 'width'?") == true)
        let method = await folder.failure("image.open('photo.png'):thumbnial(1)")
        #expect(method?.message.contains("did you mean 'thumbnail'?") == true)
        let value = await folder.failure("image.open('photo.png'):resize(1, 1, { fit = 'covre' })")
        #expect(value?.message.contains("did you mean 'cover'?") == true)
    }

    @Test("Pictures that a script no longer holds do not count towards the memory limit")
    func pictureMemory() async throws {
        let folder = try ScriptFolder()
        let memory = PictureMemory(limit: 64 << 20)
        var host = PictureHost.files(of: try folder.host())
        host = PictureHost(memory: memory, source: host.source, identity: host.identity, save: host.save)
        let vm = try LuaVM(modules: [ImageModule.module(host)])
        // 12 MB each: far more than the limit together.
        try await vm.run(LuaChunk("for i = 1, 40 do image.blank(2000, 2000) end", name: "x"))
        #expect(memory.live <= 64 << 20)
        do {
            try await vm.run(LuaChunk("local t = {} for i = 1, 40 do t[i] = image.blank(2000, 2000) end", name: "x"))
            Issue.record("held more than the limit")
        } catch let error as LuaError {
            #expect(error.code == "image_too_large", "\(error.message)")
        }
        await vm.collectGarbage()
        #expect(memory.live == 0)
    }

    @Test("image works in several tasks at once")
    func picturesInTasks() async throws {
        let results = try await folder().run(
            """
            local all = speedpix.map({ 10, 20, 30, 40 }, function(w) return image.open("photo.jpg"):thumbnail(w).width end)
            return table.concat(all, " ")
            """)
        #expect(results == ["10 20 30 40"])
    }
}
