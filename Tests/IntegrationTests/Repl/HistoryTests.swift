import Foundation
import Testing

@testable import SpeedPixCommands

@Suite("The history of a session")
struct HistoryTests {
    @Test func liesInTheStateFolder() {
        #expect(LineHistory.path([:], home: "/home/a") == "/home/a/.local/state/speedpix/repl_history")
        #expect(LineHistory.path(["XDG_STATE_HOME": "/s"], home: "/home/a") == "/s/speedpix/repl_history")
        // The specification has relative paths ignored.
        #expect(LineHistory.path(["XDG_STATE_HOME": "s"], home: "/h") == "/h/.local/state/speedpix/repl_history")
        #expect(LineHistory.path([:], home: "") == nil)
    }

    @Test func isForItsOwnerOnly() throws {
        let folder = try TestFolder()
        let history = LineHistory(path: "\(folder.path)/a/b/history", secrets: [])
        history.append("x = 1")
        history.append("y = '商品'")
        #expect(history.load() == ["x = 1", "y = '商品'"])
        let files = FileManager.default
        #expect(try files.attributesOfItem(atPath: "\(folder.path)/a/b/history")[.posixPermissions] as? Int == 0o600)
        #expect(try files.attributesOfItem(atPath: "\(folder.path)/a/b")[.posixPermissions] as? Int == 0o700)
    }

    @Test func neverHoldsTheSecret() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/history"
        let history = LineHistory(path: path, secrets: ["s3cret", ""])
        for line in ["key = 's3cret'", "s3cret", "", " indented", "fine"] { history.append(line) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "fine\n")
        // One that an earlier version, or another hand, has written is not brought back either.
        try folder.write("old\nwith s3cret\n", to: "history")
        #expect(history.load() == ["old"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func staysOfASize() throws {
        let folder = try TestFolder()
        let lines = (0..<40_000).map { "line = \($0) -- \(String(repeating: "x", count: 30))" }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "history")
        let history = LineHistory(path: "\(folder.path)/history", secrets: [])
        #expect(history.load() == Array(lines.suffix(1000)))
        let size = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/history")[.size] as? Int ?? 0
        #expect(size > 0 && size < 100_000)
        #expect(folder.contents == ["history"])
    }

    @Test func aFolderThatCannotBeMadeIsNoReasonToStop() throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let history = LineHistory(path: "\(folder.path)/file/history", secrets: [])
        history.append("x = 1")
        #expect(history.load().isEmpty)
    }

    @Test func sessionsKeepWhatWasTyped() async throws {
        let folder = try TestFolder()
        let session = await ScriptedSession(
            ["x = 1", " hidden = 2", "y = 'made-up-token'", ":jobs"], in: folder,
            environment: ["XDG_STATE_HOME": "\(folder.path)/state"])
        #expect(session.status == .success)
        #expect(session.lines.remembered == ["x = 1", ":jobs"])
        let text = try String(contentsOfFile: "\(folder.path)/state/speedpix/repl_history", encoding: .utf8)
        #expect(text == "x = 1\n:jobs\n")
    }
}
