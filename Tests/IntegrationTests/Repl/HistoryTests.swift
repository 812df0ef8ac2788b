import Foundation
import Testing

@testable import SpeedPixCommands

@Suite("The history of a session")
struct HistoryTests {
    @Test("The history is in the state folder")
    func historyPath() {
        #expect(LineHistory.path([:], home: "/home/a") == "/home/a/.local/state/speedpix/repl_history")
        #expect(LineHistory.path(["XDG_STATE_HOME": "/s"], home: "/home/a") == "/s/speedpix/repl_history")
        // The specification has relative paths ignored.
        #expect(LineHistory.path(["XDG_STATE_HOME": "s"], home: "/h") == "/h/.local/state/speedpix/repl_history")
        #expect(LineHistory.path([:], home: "") == nil)
    }

    @Test("Only its owner can read the history file")
    func historyPermissions() throws {
        let folder = try TestFolder()
        let history = LineHistory(path: "\(folder.path)/a/b/history", secrets: [])
        history.append("x = 1")
        history.append("y = '商品'")
        #expect(history.load() == ["x = 1", "y = '商品'"])
        let files = FileManager.default
        #expect(try files.attributesOfItem(atPath: "\(folder.path)/a/b/history")[.posixPermissions] as? Int == 0o600)
        #expect(try files.attributesOfItem(atPath: "\(folder.path)/a/b")[.posixPermissions] as? Int == 0o700)
    }

    @Test("The history never contains the secret")
    func historyWithoutSecret() throws {
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

    @Test("The history file is bounded in size")
    func historyIsBounded() throws {
        let folder = try TestFolder()
        let lines = (0..<40_000).map { "line = \($0) -- \(String(repeating: "x", count: 30))" }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "history")
        let history = LineHistory(path: "\(folder.path)/history", secrets: [])
        #expect(history.load() == Array(lines.suffix(1000)))
        let size = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/history")[.size] as? Int ?? 0
        #expect(size > 0 && size < 100_000)
        #expect(folder.contents == ["history"])
    }

    @Test("The history is empty when its folder cannot be made")
    func unusableHistoryFolder() throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let history = LineHistory(path: "\(folder.path)/file/history", secrets: [])
        history.append("x = 1")
        #expect(history.load().isEmpty)
    }

    /// Where a secret may be, and with which rights: a session that needs none must know it nevertheless.
    private static let places: [[(name: String, text: String, mode: Int)]] = [
        [(".config/speedpix/speedpix.toml", "app_secret = 's3cret'", 0o600)],
        [("speedpix.toml", "app_secret = 's3cret'", 0o644)],
        [("speedpix.toml", "nonsense = 1\n[profiles.other]\napp_secret = 's3cret'", 0o600)],
        [("speedpix.toml", "app_secret_file = 'key.txt'", 0o600), ("key.txt", " s3cret\n", 0o644)],
        [(".config/speedpix/speedpix.toml", "app_secret_command = 'echo s3cret'", 0o600)],
    ]

    private func place(_ files: [(name: String, text: String, mode: Int)], in folder: TestFolder) throws {
        for file in files {
            let url = URL(filePath: "\(folder.path)/\(file.name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try folder.write(file.text, to: file.name)
            try FileManager.default.setAttributes([.posixPermissions: file.mode], ofItemAtPath: url.path)
        }
    }

    @Test(
        "A session with the local gateway keeps the settings' secret out of history and saved script",
        arguments: places.indices)
    func sessionOmitsTheSecret(place: Int) async throws {
        let folder = try TestFolder()
        try self.place(Self.places[place], in: folder)
        let session = await ScriptedSession(["x = 's3cret'", "y = 2", ":save session.lua"], in: folder)
        #expect(session.status == .success && !session.errors.contains("s3cret"))
        #expect(session.lines.remembered == ["y = 2", ":save session.lua"])
        let saved = try String(contentsOfFile: "\(folder.path)/session.lua", encoding: .utf8)
        #expect(saved == "-- left out: a line with the secret in it\ny = 2\n")
        // Nobody types, and nothing is kept but this.
        let piped = await CommandRun(
            ["repl", "--local"], in: folder, input: "x = 's3cret'\n:save piped.lua\n")
        #expect(piped.status == .success)
        #expect(!(try String(contentsOfFile: "\(folder.path)/piped.lua", encoding: .utf8).contains("s3cret")))
    }

    @Test(
        "A run with the local gateway redacts the settings' secret in events and report",
        arguments: places.indices.dropLast())
    func runRedactsTheSecret(place: Int) async throws {
        let folder = try TestFolder()
        try self.place(Self.places[place], in: folder)
        let run = await CommandRun(
            ["run", "-", "--local", "--json", "--report", "report.html"], in: folder,
            input: "print('s3cret', 'variable') run('echo', { text = 's3cret variable' })",
            environment: ["SPEEDPIX_APP_SECRET": "variable"])
        #expect(run.status == .success)
        #expect(run.output.contains("<redacted>") && !run.output.contains("s3cret"))
        #expect(!run.output.contains("variable"))
        let report = try String(contentsOfFile: "\(folder.path)/report.html", encoding: .utf8)
        #expect(report.contains("redacted") && !report.contains("s3cret"))
    }

    @Test("A session goes on when the command for the secret fails, and does not run it from a pipe")
    func failingSecretCommand() async throws {
        let folder = try TestFolder()
        try place([(".config/speedpix/speedpix.toml", "app_secret_command = 'touch run; exit 1'", 0o600)], in: folder)
        let piped = await CommandRun(["repl", "--local"], in: folder, input: "1 + 1\n")
        #expect(piped.output == "2\n" && piped.errors.isEmpty && !folder.contents.contains("run"))
        let session = await ScriptedSession(["x = 1"], in: folder)
        #expect(session.status == .success && session.errors.isEmpty && folder.contents.contains("run"))
        #expect(session.lines.remembered == ["x = 1"])
    }

    @Test("A session keeps typed lines, but none that starts with a blank or has the secret")
    func historyOfASession() async throws {
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
