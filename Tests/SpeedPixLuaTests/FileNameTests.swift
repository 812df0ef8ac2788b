import LuaRuntime
import SpeedPix
import SpeedPixLua
import Testing

@Suite("Names of files in scripts")
struct FileNameTests {
    /// Makes a file whose name is not UTF-8, and runs a script in its folder. `name` has the name; `twins` the two forms of über.jpg.
    private func run(_ script: String, in folder: ScriptFolder, overlay: Bool = false) async throws -> [LuaValue] {
        var host = try folder.host()
        if overlay { host.files.overlay = FileOverlay(temporaryDirectory: folder.path) }
        return try await folder.run(
            "local name, nfc, nfd = 'photos/\\xB0\\xAE.png', 'photos/\\u{FC}.png', 'photos/u\\u{308}.png'\n" + script,
            host: host)
    }

    @Test("Files whose names differ only in their Unicode form are two to every function", arguments: [false, true])
    func twins(overlay: Bool) async throws {
        let folder = try ScriptFolder()
        let results = try await run(
            """
            fs.write(nfc, "one") fs.write(nfd, "two!")
            assert(fs.read(nfc) == "one" and fs.read(nfd) == "two!" and fs.size(nfd) == 4)
            local list, glob, deep = fs.list("photos"), fs.glob("photos/*.png"), fs.glob("**/*.{png,jpg}")
            assert(#list == 2 and #glob == 2 and #deep == 2 and #fs.images("photos") == 2)
            assert("photos/" .. list[1] == nfd and "./photos/" .. list[2] == glob[2])
            -- A pattern is typed in one form, and means the letters.
            assert(#fs.glob("photos/\\u{FC}*") == 2 and #fs.glob("photos/?.png") == 2 and #fs.glob("photos/\\u{FC}.png") == 1)
            fs.remove(nfc)
            assert(not fs.exists(nfc) and fs.exists(nfd))
            fs.write(nfc, "again") os.rename(nfd, "photos/x.png")
            return #fs.list("photos")
            """, in: folder, overlay: overlay)
        #expect(results == [2])
    }

    @Test("A name that is not UTF-8 is listed, opened, written, copied, renamed and removed", arguments: [false, true])
    func notText(overlay: Bool) async throws {
        let folder = try ScriptFolder()
        let results = try await run(
            """
            assert(image.blank(4, 4):save(name):sub(-#name) == name)
            local list, glob, images = fs.list("photos"), fs.glob("photos/*.png"), fs.images("photos")
            assert(#list == 1 and "photos/" .. list[1] == name and glob[1] == "./" .. name and images[1] == glob[1])
            assert(#fs.glob("photos/??.png") == 1 and #fs.glob("photos/\\xB0?.png") == 1 and #fs.glob("**/\\xB0*") == 1)
            assert(fs.exists(name) and fs.is_file(name) and fs.size(name) > 0 and #fs.read(glob[1]) > 0)
            assert(image.open(name).width == 4 and image.check(glob[1]).ok and image.contact_sheet({ name }).width > 0)
            assert(path.basename(name) == list[1] and path.stem(name) == "\\xB0\\xAE" and path.extension(name) == "png")
            assert(path.join("./photos", list[1]) == glob[1] and path.dirname("\\xB0/a") == "\\xB0")
            fs.copy(name, "\\xFF/copy.txt") fs.mkdir("\\xFE/\\xFD")
            assert(fs.is_dir("\\xFE/\\xFD"))
            local f = io.open("\\xFF/copy.txt", "a") f:write("more") f:close()
            for line in io.lines("\\xFF/copy.txt") do break end
            assert(os.rename("\\xFF/copy.txt", "\\xFF/b") and os.remove("\\xFF/b"))
            fs.remove(name)
            return #fs.list("photos"), tostring(speedpix.file)
            """, in: folder, overlay: overlay)
        #expect(results.first == 0)
        let error = try await #require(folder.failure("fs.read('photos/\\xB0.png')"))
        #expect(error.code == "file_not_found" && error.message.contains(#"photos/\xB0.png"#))
    }

    @Test("A file that is not UTF-8 by name goes into uploads, which show it escaped")
    func uploadsOfNames() async throws {
        let folder = try ScriptFolder()
        var host = try folder.host()
        host.files.overlay = FileOverlay(temporaryDirectory: folder.path)
        let error = await folder.failure("run('echo', { image = './gone-\\xB0.png' })", host: host)
        #expect(
            error?.code == "file_not_found"
                && error?.message.contains(#"input.image: there is no file ./gone-\xB0.png"#) == true)
        #expect(await folder.failure("speedpix.upload('gone\\xB0')")?.code == "file_not_found")
        #expect(await folder.failure("image.open('gone\\xB0.png')")?.code == "file_not_found")
        // Bytes that are no name are a picture's content.
        #expect(await folder.failure("image.open('\\xFF\\xD8\\xFF')")?.code != "file_not_found")
        #expect(await folder.failure("run('echo', { text = '\\xB0' })")?.message.contains("is not UTF-8 text") == true)
    }

    @Test(
        "Two keys of an input that differ only in their Unicode form are an error that names both, and stay two in JSON"
    )
    func keys() async throws {
        let folder = try ScriptFolder()
        for input in ["{ [nfc] = 1, [nfd] = 2 }", "{ deep = { { [nfc] = 1, [nfd] = 2 } } }"] {
            let error = await folder.failure("local nfc, nfd = '\\u{FC}', 'u\\u{308}' run('echo', \(input))")
            #expect(error?.code == "invalid_argument", "\(String(describing: error))")
            #expect(error?.message.contains(#"two keys that are read as one: "u\u{308}" and "\u{FC}""#) == true)
        }
        let json = try await folder.run(
            """
            local text = json.encode { ["\\u{FC}"] = 1, ["u\\u{308}"] = 2 }
            local back = json.decode(text)
            return back["\\u{FC}"], back["u\\u{308}"]
            """)
        #expect(json == [1, 2])
    }

    @Test(
        "A file that is not there gets a hint with the nearest one",
        arguments: [
            ("fs.read('Photos/Lamp.JPG')", "did you mean 'photos/lamp.jpg'?"),
            ("fs.size('photos\\\\lamp.jpg')", "did you mean 'photos/lamp.jpg'?"),
            ("fs.list('photo')", "did you mean 'photos'?"),
            ("fs.remove('photos/lanp.jpg')", "did you mean 'photos/lamp.jpg'?"),
            ("fs.copy('photos/lamp.jpg ', 'x')", "did you mean 'photos/lamp.jpg'?"),
            ("image.open('./photos/LAMP.jpg')", "did you mean './photos/lamp.jpg'?"),
            ("speedpix.upload('photos/lam.jpg')", "did you mean 'photos/lamp.jpg'?"),
            ("speedpix.upload(speedpix.file('photos/lam.jpg'))", "did you mean 'photos/lamp.jpg'?"),
            ("run('echo', { image = './photos/Lamp.jpg' })", "did you mean './photos/lamp.jpg'?"),
            ("io.lines('photos/lamp.jpeg')", "did you mean 'photos/lamp.jpg'?"),
            ("fs.images('photoz')", "did you mean 'photos'?"),
            ("fs.read('photos/\\u{FC}.txt')", #"the name there has another Unicode form: "photos/u\u{308}.txt""#),
            ("require 'lib.Shapes'", "did you mean 'lib.shapes'?"),
            ("require 'lip.shapes'", "did you mean 'lib.shapes'?"),
        ])
    func nearest(script: String, hint: String) async throws {
        let folder = try ScriptFolder()
        for name in ["photos/lamp.jpg", "photos/u\u{308}.txt", "lib/shapes.lua"] { try folder.write("", to: name) }
        let error = await folder.failure(script)
        #expect(error?.code == "file_not_found", "\(String(describing: error))")
        #expect(error?.hint?.contains(hint) == true, "\(String(describing: error?.hint))")
    }

    @Test("io.open and os.remove tell the nearest name with their message, as everywhere in Lua")
    func nearestInMessages() async throws {
        let folder = try ScriptFolder()
        try folder.write("", to: "lamp.jpg")
        let results = try await folder.run(
            "return (select(2, io.open('Lamp.jpg'))), (select(2, os.remove('lampe.jpg')))")
        #expect(results.allSatisfy { $0.text?.hasSuffix("did you mean 'lamp.jpg'?") == true }, "\(results)")
    }

    @Test("No hint tells what lies outside of the script's folders, or what it may not read")
    func nearestInTheSandbox() async throws {
        let outside = try ScriptFolder()
        try outside.write("", to: "lamp.jpg")
        let folder = try ScriptFolder()
        try folder.write("", to: ".env")
        for path in ["\(outside.path)/Lamp.jpg", ".Env", ".en"] {
            let error = try await #require(folder.failure("fs.read('\(path)')"))
            #expect(error.hint?.contains("did you mean") != true)
        }
    }

    @Test("fs.glob finds extensions in any case where the last name is only one, and counts capitals elsewhere")
    func extensions() async throws {
        let folder = try ScriptFolder()
        for name in ["p/DSC_0042.JPG", "p/a.jpg", "p/b.Png", "p/sub/C.JPEG", "p/Note.TXT", "p/.d.JPG"] {
            try folder.write("", to: name)
        }
        let results = try await folder.run(
            """
            return json.encode { fs.glob("p/*.jpg"), fs.glob("./p/*.{jpg,png}"), fs.glob("p/**/*.jpe?g"), fs.glob("p/**/*.jpeg"),
              fs.glob("p/DSC*.jpg"), fs.glob("P/*.jpg"), fs.glob("p/*.[jJ]pg"), fs.glob("p/.*.jpg") }
            """)
        #expect(
            results == [
                .string(
                    #"[["./p/DSC_0042.JPG","./p/a.jpg"],["./p/DSC_0042.JPG","./p/a.jpg","./p/b.Png"],[],["./p/sub/C.JPEG"],[],[],"#
                        + #"["./p/a.jpg"],[]]"#)
            ])
    }

    @Test("fs.glob takes characters in brackets as they are, and tells of braces that are not closed")
    func escapes() async throws {
        let folder = try ScriptFolder()
        for name in ["a*b", "a?b", "a[b", "a{b", "a]b", "a-b", "a,b", "axb"] { try folder.write("", to: name) }
        let results = try await folder.run(
            """
            return json.encode { fs.glob("a[*]b"), fs.glob("a[?]b"), fs.glob("a[[]b"), fs.glob("a[{]b"), fs.glob("a[]]b"), fs.glob("a[!]x]b"),
              fs.glob("a[w-y]b"), fs.glob("a{[,],[{]}b"), fs.glob("a{x,?}b"), fs.glob("a[x") }
            """)
        #expect(
            results == [
                .string(
                    #"[["./a*b"],["./a?b"],["./a[b"],["./a{b"],["./a]b"],["./a*b","./a,b","./a-b","./a?b","./a[b","./a{b"],["./axb"],"#
                        + #"["./a,b","./a{b"],["./a*b","./a,b","./a-b","./a?b","./a[b","./a]b","./axb","./a{b"],[]]"#)
            ])
        #expect(await folder.failure("fs.glob('a{b')")?.message.contains("has a { without its }") == true)
    }

    @Test("fs.images lists pictures by extension in any case or by content, in the order of fs.list")
    func images() async throws {
        let folder = try ScriptFolder()
        for name in ["p/b.JPG", "p/a.webp", "p/Z.heic", "p/n.txt", "p/.x.jpg", "p/sub/c.jpg", "p/d.bmp", "p/e.mp4"] {
            try folder.write("x", to: name)
        }
        let results = try await folder.run(
            """
            fs.write("p/scan", image.blank(2, 2):bytes("png"))
            local found = fs.images("./p")
            assert(#fs.images() == 0 and fs.images("p")[1] == found[1])
            return json.encode(found)
            """)
        #expect(results == [.string(#"["./p/Z.heic","./p/a.webp","./p/b.JPG","./p/scan"]"#)])
        #expect(await folder.failure("fs.images('gone')")?.code == "file_not_found")
    }

    @Test(
        "Options that a function does not have are refused",
        arguments: [
            "fs.glob('*', { nocase = true })", "fs.list('.', { recursive = true })", "fs.images('.', {})",
            "fs.read('a.txt', { bom = true })",
            "path.basename('a', {})",
        ])
    func options(call: String) async throws {
        let folder = try ScriptFolder()
        try folder.write("", to: "a.txt")
        let error = await folder.failure(call)
        #expect(error?.message.contains("takes no options") == true, "\(String(describing: error))")
        // Further results of a call, and the index of a map, are no options.
        #expect(await folder.failure("fs.read('a.txt', 1) speedpix.map({ 'a.txt' }, fs.read)") == nil)
    }

    @Test("Pictures of two files are not saved under one name without a word")
    func conflicts() async throws {
        let folder = try ScriptFolder()
        let results = try await folder.run(
            """
            for _, name in ipairs { "dahlia.jpg", "dahlia.png" } do image.blank(4, 4):save(name) end
            local function card(name, options)
              return path.basename(image.open(name):resize { width = 2 }:save("out/" .. path.stem(name) .. ".webp", options))
            end
            card("dahlia.jpg") card("dahlia.jpg")
            local ok, e = pcall(card, "dahlia.png")
            assert(not ok and e.code == "invalid_argument" and e.message:find("dahlia.jpg", 1, true) and e.message:find("dahlia.png", 1, true), e)
            assert(e.hint:find("dahlia-2.webp", 1, true))
            assert(card("dahlia.png", { on_conflict = "rename" }) == "dahlia-2.webp")
            assert(card("dahlia.png", { on_conflict = "rename" }) == "dahlia-2.webp")
            assert(card("dahlia.jpg", { on_conflict = "rename" }) == "dahlia.webp")
            assert(card("dahlia.png", { on_conflict = "replace" }) == "dahlia.webp")
            -- What was taken away is in nobody's way, and what was made of nothing is nobody's result.
            fs.remove("out/dahlia.webp") card("dahlia.jpg")
            image.blank(1, 1):save("out/dahlia.webp")
            return #fs.list("out")
            """)
        #expect(results == [2])
        #expect(
            await folder.failure("image.blank(1, 1):save('a.png', { on_conflict = 'renam' })")?.hint?.contains("rename")
                == true)
    }
}
