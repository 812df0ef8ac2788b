import Imaging
import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

/// What scripts see of pictures' files: animations, metadata, marks.
@Suite("image: animations, metadata, canvases and marks")
struct PictureFileTests {
    private func folder() throws -> ScriptFolder {
        let folder = try ScriptFolder()
        let frames = try ["red", "#00ff00", "blue"].map { try Image.blank(width: 40, height: 20, color: Color($0)) }
        let animation = try Animation(frames: frames, delays: [50, 60, 70])
        try folder.write(try animation.encoded(format: .gif), to: "anim.gif")
        try folder.write(try animation.encoded(format: .webp), to: "anim.webp")
        try folder.write(try DescribedPictures.jpeg(), to: "photo.jpg")
        try folder.write(PictureFiles.tiff(pages: 2), to: "scan.tiff")
        let svg =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><rect width=\"20\" height=\"10\"/></svg>"
        try folder.write(svg, to: "logo.svg")
        try folder.write(try Image.blank(width: 20, height: 20, color: .black).encoded(format: .png), to: "logo.png")
        return folder
    }

    @Test("Methods that can keep an animation's frames do, and save writes them", arguments: ["gif", "webp"])
    func framesAreKept(format: String) async throws {
        let results = try await folder().run(
            """
            local p = image.open("anim.\(format)")
            assert(p.frames == 3 and p.width == 40 and p.height == 20)
            local counts = {}
            for _, q in ipairs {
              p:resize(20), p:thumbnail(10), p:crop(0, 0, 10, 10), p:rotate(90), p:flip(), p:extend { top = 2 }, p:blur(1),
              p:grayscale(), p:background("white"), p:fit(30), p:text("Sale", { size = 8 }), p:watermark("logo.png"),
              p:composite(image.open("logo.png"), { at = "center" }), p:convert("webp"), p:convert("gif"),
              image.open("anim.\(format)", { width = 10 }),
            } do counts[#counts + 1] = q.frames end
            p:resize(20):save("small.gif")
            p:convert("webp"):save("small.webp")
            local gif, webp, bytes = image.open("small.gif"), image.open("small.webp"), image.open(p:bytes())
            return table.concat(counts, " "), gif.frames, gif.width, webp.frames, bytes.frames, bytes.format
            """)
        #expect(
            results == [
                .string(Array(repeating: "3", count: 16).joined(separator: " ")), 3, 20, 3, 3,
                .string(LuaString(format)),
            ])
    }

    @Test(
        "Methods that take one picture refuse an animation and name frame(1)",
        arguments: [
            "p:cutout()", "p:trim()", "p:save('x.jpg')", "p:save('x.png')", "p:bytes('tiff')", "p:convert('jpeg')",
            "image.quality(p)", "image.compare(p, p)", "image.contact_sheet { p }",
            "image.contact_sheet { 'anim.gif' }",
            "image.open('logo.png'):composite(p)", "image.open('photo.jpg'):watermark('anim.gif')",
        ])
    func onePictureOnly(call: String) async throws {
        let error = await (try folder()).failure("local p = image.open('anim.gif') \(call)")
        #expect(["invalid_argument", "unsupported_format"].contains(error?.code), "\(String(describing: error))")
        #expect(
            error?.message.contains("frame(1)") == true
                || error?.hint?.contains("frame(1)") == true,
            "\(call)")
    }

    @Test("frame gives one picture of an animation or a page of a document")
    func frames() async throws {
        let folder = try folder()
        let results = try await folder.run(
            """
            local p, scan = image.open("anim.gif"), image.open("scan.tiff")
            p:frame(2):save("two.png")
            assert(image.compare(p:frame(3), image.blank(40, 20, "blue")).difference < 0.02)
            assert(p:frame(1).frames == 1)
            return scan.frames, scan:frame(2).width, image.compare(scan:frame(2), scan:frame(1)).same
            """)
        #expect(results == [2, 64, false])
        for bad in ["frame(0)", "frame(4)", "frame(-1)"] {
            let error = await folder.failure("image.open('anim.gif'):\(bad)")
            #expect(error?.code == "invalid_argument" && error?.message.contains("3 frames") == true, "\(bad)")
        }
    }

    @Test("picture.metadata has what the file says, and methods strip it where they are told to")
    func metadata() async throws {
        let results = try await folder().run(
            """
            local p = image.open("photo.jpg")
            local m = p.metadata
            assert(m.copyright == "\(DescribedPictures.copyright)" and m.artist == "Ada" and m.description == "Red & blue")
            assert(m.profile == "Wide test gamut" and m.exif.Make == "Lumen, Inc." and m.xmp:find("Red"))
            assert(next(image.blank(1, 1).metadata) == nil)
            p:resize(20):crop(0, 0, 10, 10):convert("webp"):save("kept.webp")
            p:fit(30):grayscale():save("kept.png")
            local kept = {}
            for i, q in ipairs { image.open("kept.webp"), image.open("kept.png"), image.open(p:bytes("jpeg")) } do
              assert(q.metadata.copyright == m.copyright and q.metadata.profile == m.profile and not q.metadata.exif.Orientation)
            end
            p:save("strip.jpg", { metadata = "strip" })
            for i, q in ipairs {
              image.open("strip.jpg"), p:resize { width = 10, metadata = "strip" }, p:convert("png", { metadata = "strip" }),
              p:crop { x = 0, y = 0, width = 1, height = 1, metadata = "strip" }, p:thumbnail(9, { metadata = "strip" }),
              p:fit { width = 9, metadata = "strip" }, image.open(p:bytes { format = "png", metadata = "strip" }),
            } do assert(next(q.metadata) == nil, i) end
            return p.width, p.height
            """)
        #expect(results == [40, 60])
    }

    @Test("fit, margins and marks check what they are given")
    func canvases() async throws {
        let folder = try folder()
        let results = try await folder.run(
            """
            local p = image.open("photo.jpg")
            local f = p:fit { width = 80, height = 90, fill = 0.85, background = "white" }
            p:watermark("logo.svg"):save("svg.png")
            p:watermark(image.open("logo.png"), { style = "tiled", opacity = 1, gap = 2 }):save("tiled.png")
            local plain, marked = p, image.open("svg.png")
            return f.width, f.height, p:fit(50).height, image.compare(plain, marked).changed > 0, p:text("a", { at = "top", margin = 0 }).width
            """)
        #expect(results == [80, 90, 50, true, 40])
        for (script, words) in [
            ("p:fit {}", "width"), ("p:fit { width = 10, fill = 0 }", "fill"),
            ("p:fit { width = 10, fill = 2 }", "fill"),
            ("p:fit { width = 10, background = 'purpel' }", "purpel"), ("p:fit(0)", "0"),
            ("p:text('a', { x = 1, margin = 2 })", "margin"), ("p:text('a', { at = 'top', margin = -1 })", "margin"),
            ("p:watermark('logo.svg', { style = 'tiled', at = 'top' })", "at"),
            ("p:watermark('logo.svg', { gap = 3 })", "gap"), ("p:watermark('logo.svg', { style = 'tile' })", "tiled"),
            ("p:watermark('logo.svg', { size = 0 })", "size"), ("p:watermark(3)", "picture"),
            ("p:text('a', { at = 'top', margin = 500 })", "margin of 500 pixels"),
            ("p:watermark('logo.svg', { margin = 500 })", "outside of the picture of 40 × 60"),
            ("p:watermark('logo.svg', { style = 'tiled', gap = 10000 })", "watermark: a gap of 10000"),
            ("p:watermark('logo.svg', { margin = -50 })", "a margin of -50"),
            ("p:fit { width = 10, fill = 0/0 }", "option 'fill' of picture:fit must be a finite number, not nan"),
            ("p:watermark('gone.svg')", "gone.svg"), ("p:watermark('/etc/passwd')", "passwd"),
            ("p:resize { width = 3, metadata = 'stripp' }", "strip"),
        ] {
            let error = await folder.failure("local p = image.open('photo.jpg') \(script)")
            #expect(error?.message.contains(words) == true, "\(script): \(error?.message ?? "no error")")
        }
        let outside = await folder.failure("image.open('photo.jpg'):watermark('/etc/passwd')")
        #expect(outside?.code == "not_allowed", "\(String(describing: outside))")
    }

    @Test("cutout tells how sure it is, and image.quality gives figures")
    func confidence() async throws {
        let folder = try folder()
        let shot = try Image.blank(width: 300, height: 200, color: Color("#d8d8d8"))
        let clear = try shot.composited(.blank(width: 100, height: 100, color: Color("#7a1f1f")), x: 100, y: 50)
        let touching = try shot.composited(.blank(width: 60, height: 80, color: Color("#7a1f1f")), x: 100, y: 120)
        try folder.write(try clear.encoded(format: .png), to: "clear.png")
        try folder.write(try touching.encoded(format: .png), to: "touching.png")
        let results = try await folder.run(
            """
            local a, b = image.open("clear.png"):cutout(), image.open("touching.png"):cutout()
            assert(image.open("clear.png").confidence == nil and a:resize(10).warnings == nil)
            local q = image.quality(image.open("clear.png"))
            assert(q.sharpness > 0.5 and q.exposure < 0.5 and q.coverage > 0.1 and q.coverage < 0.2)
            return a.confidence, #a.warnings, b.confidence < 0.8, table.concat(b.warnings, " "), q.squareness
            """)
        #expect(results == [1.0, 0, true, "touches_border", 0.667])
    }
}
