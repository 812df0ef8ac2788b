import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The overlay of a dry run")
struct FileOverlayTests {
    /// Runs a script over an overlay, and expects of the folder that nothing changes.
    ///
    /// - Returns: What would have changed, with paths from the folder.
    @discardableResult
    private func dryRun(
        _ script: String, in folder: ScriptFolder, limits: FileOverlay.Limits = FileOverlay.Limits(),
        setting: (inout ScriptHost) -> Void = { _ in }
    ) async throws -> [String] {
        let overlay = FileOverlay(temporaryDirectory: FileManager.default.temporaryDirectory.path, limits: limits)
        defer { overlay.discard() }
        var host = try folder.host()
        setting(&host)
        host.files.overlay = overlay
        let before = try folder.snapshot()
        try await folder.run(script, host: host)
        #expect(try folder.snapshot() == before)
        return overlay.changes.map { change in
            switch change {
            case .write(let path, let bytes): "write \(path) \(bytes)"
            case .makeFolder(let path): "folder \(path)"
            case .remove(let path): "remove \(path)"
            case .rename(let path, let target): "rename \(path) \(target)"
            }
        }.map { $0.replacing("\(folder.path)/", with: "") }
    }

    @Test("The overlay gives written files to each function and leaves the disk unchanged")
    func readsBack() async throws {
        let folder = try ScriptFolder()
        try folder.write("old", to: "old.txt")
        let changes = try await dryRun(
            """
            fs.write("old.txt", "new one")
            assert(fs.read("old.txt") == "new one" and fs.size("old.txt") == 7)
            local f = assert(io.open("lines.txt", "w")) f:write("a\\nb\\n") f:close()
            local lines = {} for line in io.lines("lines.txt") do lines[#lines + 1] = line end
            assert(table.concat(lines, "|") == "a|b")
            csv.write("t/rows.csv", { { a = 1 } })
            assert(csv.read("t/rows.csv")[1].a == "1")
            local saved = image.blank(4, 3, "red"):save("pictures/red.png")
            assert(image.open("pictures/red.png").width == 4 and fs.exists(saved))
            image.contact_sheet({ "pictures/red.png" }):save("sheet.jpg")
            fs.copy("lines.txt", "copy.txt")
            fs.write("lib.lua", "return { answer = 42 }")
            assert(require("lib").answer == 42)
            local name = os.tmpname() assert(fs.exists(name)) os.remove(name)
            """, in: folder)
        let names = changes.map { String($0.split(separator: " ")[1]) }
        #expect(
            names == [
                "copy.txt", "lib.lua", "lines.txt", "old.txt", "pictures", "pictures/red.png", "sheet.jpg", "t",
                "t/rows.csv",
            ])
        #expect(changes[0] == "write copy.txt 4" && changes[3] == "write old.txt 7" && changes[4] == "folder pictures")
    }

    @Test("The overlay obeys the modes of io.open")
    func modes() async throws {
        let folder = try ScriptFolder()
        for name in ["a", "r", "w", "x"] { try folder.write("0123", to: "\(name).txt") }
        let changes = try await dryRun(
            """
            local function use(name, mode, text)
              local f = assert(io.open(name, mode)) f:write(text) f:close()
              return fs.read(name)
            end
            assert(use("a.txt", "a", "4") == "01234" and use("a.txt", "a+", "5") == "012345")
            assert(use("r.txt", "r+", "AB") == "AB23" and use("r.txt", "r+", "C") == "CB23")
            assert(use("w.txt", "w", "n") == "n" and use("w.txt", "w", "m") == "m")
            assert(use("new.txt", "a", "n") == "n")
            local none, message = io.open("none.txt", "r+") assert(none == nil and message:find("none.txt"))
            local f = assert(io.open("x.txt", "a")) f:write("4") f:flush()
            assert(fs.read("x.txt") == "01234")
            os.remove("x.txt")
            f:write("5") f:close()
            assert(not fs.exists("x.txt") and io.open("x.txt") == nil)
            """, in: folder)
        let expected = ["write a.txt 6", "write new.txt 1", "write r.txt 4", "write w.txt 1", "remove x.txt"]
        let paths = expected.map { String($0.split(separator: " ")[1]) }
        #expect(changes == zip(paths, expected).sorted { $0.0 < $1.0 }.map(\.1))
    }

    @Test("The overlay hides removed files and folders from each function")
    func removes() async throws {
        let folder = try ScriptFolder()
        for name in ["keep/a.txt", "keep/b.txt", "gone/x.txt"] { try folder.write("x", to: name) }
        let changes = try await dryRun(
            """
            fs.remove("keep/a.txt")
            assert(not fs.exists("keep/a.txt") and not fs.is_file("keep/a.txt"))
            assert(table.concat(fs.list("keep"), " ") == "b.txt" and #fs.glob("**/a.txt") == 0)
            local ok, e = pcall(fs.read, "keep/a.txt") assert(not ok and e.code == "file_not_found")
            assert(os.remove("keep/a.txt") == nil)
            ok, e = pcall(fs.remove, "gone") assert(not ok and e.code == "file_system")
            fs.remove("gone/x.txt") fs.remove("gone")
            assert(not fs.is_dir("gone") and #fs.list() == 1)
            assert(not fs.exists("gone/x.txt"))
            fs.mkdir("gone")
            assert(fs.is_dir("gone") and #fs.list("gone") == 0 and not fs.exists("gone/x.txt"))
            fs.write("keep/b.txt", "y") fs.remove("keep/b.txt") assert(#fs.list("keep") == 0)
            """, in: folder)
        #expect(changes == ["folder gone", "remove gone/x.txt", "remove keep/a.txt", "remove keep/b.txt"])
    }

    @Test("The overlay renames files and folders, also over others and back")
    func renames() async throws {
        let folder = try ScriptFolder()
        for name in ["in/a.jpg", "in/deep/b.jpg", "other.txt", "loop.txt"] { try folder.write(name, to: name) }
        let changes = try await dryRun(
            """
            fs.mkdir("in/done")
            assert(os.rename("in/a.jpg", "in/done/a.jpg"))
            assert(fs.read("in/done/a.jpg") == "in/a.jpg" and not fs.exists("in/a.jpg"))
            assert(table.concat(fs.glob("**/*.jpg"), " ") == "./in/deep/b.jpg ./in/done/a.jpg")
            fs.write("in/new.txt", "n")
            assert(os.rename("in", "out"))
            assert(not fs.exists("in") and table.concat(fs.list("out"), " ") == "deep done new.txt")
            assert(fs.read("out/deep/b.jpg") == "in/deep/b.jpg" and fs.read("out/new.txt") == "n")
            assert(os.rename("out/new.txt", "other.txt") and fs.read("other.txt") == "n")
            local none, message = os.rename("out", "out/deep/x") assert(none == nil and message:find("out"))
            assert(os.rename("other.txt", "out") == nil and os.rename("gone.txt", "x") == nil)
            assert(os.rename("loop.txt", "away.txt") and os.rename("away.txt", "loop.txt"))
            local f = io.open("out/deep/b.jpg", "a") f:write("!") f:close()
            assert(fs.read("out/deep/b.jpg") == "in/deep/b.jpg!")
            """, in: folder)
        #expect(
            changes == [
                "rename in out", "rename in/a.jpg out/done/a.jpg", "write other.txt 1", "write out/deep/b.jpg 14",
                "folder out/done",
            ])
    }

    @Test("The overlay treats links as the disk does")
    func links() async throws {
        let folder = try ScriptFolder()
        try folder.write("x", to: "real/x.txt")
        try folder.link("link", to: "real")
        try folder.link("file.txt", to: "real/x.txt")
        try folder.link("out", to: "/etc")
        let script = """
            fs.write("link/y.txt", "y")
            assert(fs.read("real/y.txt") == "y" and table.concat(fs.list("link"), " ") == "x.txt y.txt")
            local none, message = io.open("file.txt", "w") assert(none == nil, "through a link")
            fs.write("file.txt", "own") assert(fs.read("file.txt") == "own" and fs.read("real/x.txt") == "x")
            for _, path in ipairs { "out/passwd", "out/x.txt", "../x.txt", "/etc/x", "speedpix.toml", ".env" } do
              local ok, e = pcall(fs.write, path, "x") assert(not ok and e.code == "not_allowed", path)
              ok, e = pcall(fs.copy, "real/x.txt", path) assert(not ok and e.code == "not_allowed", path)
              ok, e = pcall(os.rename, "real/x.txt", path) assert(not ok and e.code == "not_allowed", path)
              ok, e = pcall(fs.read, path) assert(not ok and e.code ~= "internal", path)
            end
            local ok, e = pcall(fs.read, "out/passwd") assert(not ok and e.code == "not_allowed")
            ok, e = pcall(os.rename, "out", "mine") assert(not ok and e.code == "not_allowed")
            fs.remove("link") assert(not fs.exists("link") and fs.read("real/x.txt") == "x")
            """
        let changes = try await dryRun(script, in: folder)
        #expect(changes == ["write file.txt 3", "remove link", "write real/y.txt 1"])
        // The very same script has the same answers where it does what it says.
        try await folder.run(script)
        #expect(folder.contents == ["file.txt", "out", "real", "real/x.txt", "real/y.txt"])
    }

    @Test("The overlay makes a missing output folder without the disk")
    func outputFolder() async throws {
        let folder = try ScriptFolder()
        let changes = try await dryRun(
            """
            local full = fs.write("a/b.txt", "x")
            assert(full:sub(-18) == "/results/a/b.txt" or full:find("/results/a/b.txt", 1, true))
            assert(fs.read("a/b.txt") == "x" and fs.read(full) == "x")
            """, in: folder
        ) { $0.files.outputDirectory = "\(folder.path)/results" }
        #expect(changes == ["folder results", "folder results/a", "write results/a/b.txt 1"])
    }

    @Test("The overlay refuses more bytes than its limit, and removed files make room")
    func limitOfBytes() async throws {
        var limits = FileOverlay.Limits()
        limits.bytes = 10
        let folder = try ScriptFolder()
        try folder.write("0123456789A", to: "big.txt")
        let changes = try await dryRun(
            """
            fs.write("a.txt", "12345678")
            local ok, e = pcall(fs.write, "b.txt", "123")
            assert(not ok and e.code == "file_system" and e.message:find("a dry run keeps at most 10 bytes"), e.message)
            local none, message = io.open("big.txt", "a") assert(none == nil and message:find("at most 10 bytes"))
            fs.remove("a.txt")
            fs.write("b.txt", "1234567890")
            local f = io.open("c.txt", "w") f:write("1") ok, e = pcall(f.flush, f) assert(not ok)
            """, in: folder, limits: limits)
        #expect(changes == ["write b.txt 10", "write c.txt 0"])
    }

    @Test("The overlay refuses more paths than its limit, and a failed rename changes nothing")
    func limitOfPaths() async throws {
        var limits = FileOverlay.Limits()
        limits.paths = 3
        let folder = try ScriptFolder()
        for name in ["a", "b", "c", "d"] { try folder.write(name, to: "in/\(name)") }
        let changes = try await dryRun(
            """
            local none, message = os.rename("in", "out") assert(none == nil and message:find("at most 3 paths"))
            assert(#fs.list("in") == 4 and not fs.exists("out"))
            for i = 1, 3 do fs.mkdir("f" .. i) end
            local ok, e = pcall(fs.mkdir, "f4") assert(not ok and e.message:find("at most 3 paths"))
            """, in: folder, limits: limits)
        #expect(changes == ["folder f1", "folder f2", "folder f3"])
    }

    @Test("The overlay makes its temporary folder for the first file and removes it at the end")
    func temporaryFolder() async throws {
        let (folder, place) = (try ScriptFolder(), try ScriptFolder())
        let overlay = FileOverlay(temporaryDirectory: place.path)
        var files = folder.files
        files.overlay = overlay
        let (opened, name) = try files.folder(forWriting: "a/x.txt", makesParents: true)
        #expect(place.contents == [])
        try opened.replace(name, with: Array("x".utf8))
        #expect(place.contents.count == 2)
        overlay.discard()
        #expect(place.contents == [] && folder.contents == [] && overlay.changes == [])
    }
}

extension ScriptFolder {
    /// Everything in it: contents, targets of links, and when each was last changed.
    fileprivate func snapshot() throws -> [String: String] {
        let manager = FileManager.default
        var all: [String: String] = [:]
        for name in contents + ["."] {
            let full = "\(path)/\(name)"
            let attributes = try manager.attributesOfItem(atPath: full)
            let content = manager.contents(atPath: full).map { String(decoding: $0, as: UTF8.self) } ?? "folder"
            let target = (try? manager.destinationOfSymbolicLink(atPath: full)) ?? ""
            let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            all[name] = "\(content) \(target) \(changed)"
        }
        return all
    }
}
