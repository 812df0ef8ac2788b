import Foundation
import SpeedPix
import Testing

/// The real program at a real line discipline: what no scripted reader can show.
@Suite("A session at a terminal", .serialized)
struct TerminalTests {
    /// A session at its first prompt, in a folder of its own.
    private struct Session {
        let folder: TestFolder
        let terminal: PseudoTerminal
        let process: Process

        init(columns: UInt16 = 80, local: String = "--local") throws {
            folder = try TestFolder()
            terminal = try PseudoTerminal(columns: columns, rows: 24)
            process = try terminal.start(try Subprocess.speedpix, ["repl", local], folder: folder.path)
            try terminal.expect("› ")
        }
    }

    @Test("A session at a terminal edits, completes, interrupts and ends")
    func editing() throws {
        let session = try Session()
        // UTF-8, and a correction with the arrow keys: ← ← and a 3 between.
        session.terminal.type("\"商品\" .. 1245\u{1B}[D\u{1B}[D3\r")
        try session.terminal.expect("\r\n\"商品12345\"\r\n› ")
        session.terminal.type("speedpix.vers\t\r")
        try session.terminal.expect("ion\r\n\"\(SpeedPixVersion.current)\"\r\n› ")
        // A chunk over several lines has another prompt.
        session.terminal.type("for i = 1, 2 do\r")
        try session.terminal.expect("… ")
        session.terminal.type("print('n' .. i) end\r")
        try session.terminal.expect("n1\r\nn2\r\n")
        try session.terminal.expect("› ")
        // Ctrl-C stops what runs.
        session.terminal.type("print('g' .. 'o') speedpix.sleep(3600)\r")
        try session.terminal.expect("go\r\n")
        session.process.interrupt()
        try session.terminal.expect("interrupted")
        try session.terminal.expect("› ")
        // And at the prompt it clears the line.
        session.terminal.type("half a line")
        try session.terminal.expect("half a line")
        session.process.interrupt()
        try session.terminal.expect("^C\r\n")
        try session.terminal.expect("› ")
        session.terminal.type("6 * 7\r")
        try session.terminal.expect("42")
        try session.terminal.expect("› ")
        session.terminal.type("\u{4}")
        session.process.waitUntilExit()
        #expect(session.process.terminationStatus == 0)
        let history = try String(
            contentsOfFile: "\(session.folder.path)/.local/state/speedpix/repl_history", encoding: .utf8)
        #expect(history.hasPrefix("\"商品\" .. 12345\nspeedpix.version\nfor i = 1, 2 do\u{2028}print('n' .. i) end\n"))
        #expect(!history.contains("half"))
    }

    @Test("Output of a task has a line of its own above the line being typed")
    func outputOfTasks() throws {
        let session = try Session(columns: 40)
        session.terminal.type("function go() run('echo', { text = 'x' }) print('from ' .. 'below') end\r")
        try session.terminal.expect("› ")
        session.terminal.type("task = speedpix.spawn(go)\r")
        try session.terminal.expect("› ")
        session.terminal.type("11 * 11")
        // Whenever it comes, it has a line of its own, and what was typed stands again below it.
        try session.terminal.expect("from below\r\n")
        session.terminal.type("\r")
        try session.terminal.expect("121")
        try session.terminal.expect("› ")
        session.terminal.type(":quit\r")
        session.process.waitUntilExit()
        #expect(session.process.terminationStatus == 0)
    }

    @Test("A session names the predictions that go on when it is interrupted and when it ends")
    func namesWhatGoesOnAtTheService() throws {
        let folder = try TestFolder()
        let server = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0", "--app-key", "key", "--app-secret", "s3cret"],
            folder: folder.path)
        let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        let terminal = try PseudoTerminal(columns: 200, rows: 24)
        let process = try terminal.start(
            try Subprocess.speedpix, ["repl"], folder: folder.path,
            environment: [
                "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "s3cret", "SPEEDPIX_ENDPOINT": String(endpoint),
            ])
        try terminal.expect("› ")
        terminal.type("note = 's3cret'\r")
        try terminal.expect("\r\n› ")
        terminal.type("job = create('echo', { duration = 3600 }) print('id=' .. job.id) wait(job)\r")
        try terminal.expect("\r\nid=")
        let id = try terminal.expect("\r\n")
        process.interrupt()
        try terminal.expect("interrupted\r\nthese predictions go on at the service: \(id)\r\n")
        try terminal.expect("› ")
        terminal.type(":jobs\r")
        try terminal.expect("\r\n\(id)  echo  ")
        try terminal.expect("› ")
        terminal.type(":quit\r")
        try terminal.expect("these predictions go on at the service: \(id)\r\n")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let history = try String(contentsOfFile: "\(folder.path)/.local/state/speedpix/repl_history", encoding: .utf8)
        #expect(history.hasPrefix("job = create"))
        server.interrupt()
        #expect(server.finish().status == 130)
    }

    @Test("A session with --local=fresh names no predictions when it is terminated")
    func terminationWithTheLocalGateway() throws {
        let session = try Session(local: "--local=fresh")
        session.terminal.type("job = create('echo', { duration = 3600 }) print('g' .. 'o') wait(job)\r")
        try session.terminal.expect("go\r\n")
        session.process.terminate()
        let shown = try session.terminal.expect("speedpix: interrupted")
        session.process.waitUntilExit()
        #expect(session.process.terminationStatus == 143)
        // There is nothing to fetch from it later.
        #expect(!shown.contains("go on"))
    }

    @Test("A terminated session restores the modes of the terminal")
    func terminationRestoresTheTerminal() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let before = terminal.isCooked
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        #expect(!terminal.isCooked && terminal.isMarkingPastes)
        process.terminate()
        process.waitUntilExit()
        terminal.readRest()
        #expect(!terminal.isMarkingPastes)
        #expect(process.terminationStatus == 143)
        #expect(before && terminal.isCooked)
    }

    @Test("Pasted text runs line by line, and its tabs complete nothing")
    func pastedText() throws {
        let session = try Session()
        // Typed, each of these tabs would complete something.
        session.terminal.paste("if true then\n\ttext = \"Dahlia\"\r\n\tprint(text, 'a\tb')\nend\nlast = 1")
        try session.terminal.expect("Dahlia\ta\tb\r\n")
        try session.terminal.expect("› last = 1")
        // The rest is a line that goes on.
        session.terminal.type("1\rlast\r")
        try session.terminal.expect("\r\n11\r\n› ")
        // While something runs whoever reads the terminal gets what is pasted as it is.
        session.terminal.type("print('g' .. 'o') speedpix.sleep(3600)\r")
        try session.terminal.expect("go\r\n")
        #expect(!session.terminal.isMarkingPastes && session.terminal.isCooked)
        session.process.interrupt()
        try session.terminal.expect("interrupted")
        try session.terminal.expect("› ")
        session.terminal.type(":quit\r")
        session.process.waitUntilExit()
        session.terminal.readRest()
        #expect(
            session.process.terminationStatus == 0 && session.terminal.isCooked && !session.terminal.isMarkingPastes)
    }

    @Test("Ctrl-C drops the rest of pasted text")
    func interruptedPaste() throws {
        let session = try Session()
        session.terminal.paste("print('g' .. 'o') speedpix.sleep(3600)\nprint('ne' .. 'ver')\n")
        try session.terminal.expect("go\r\n")
        session.process.interrupt()
        try session.terminal.expect("interrupted")
        try session.terminal.expect("› ")
        session.terminal.type("6 * 7\r")
        let shown = try session.terminal.expect("\r\n42\r\n")
        #expect(!shown.contains("'ne'"))
        try session.terminal.expect("› ")
        session.terminal.type("\u{4}")
        session.process.waitUntilExit()
    }

    @Test("A tab at the beginning of a line indents")
    func aTabAtTheBeginningOfALineIndents() throws {
        let session = try Session()
        // The fields of the table would be what there is to choose from.
        session.terminal.type("run('echo', {\r")
        try session.terminal.expect("… ")
        session.terminal.type("\ttext = 'in' .. 'dented' }).text\r")
        try session.terminal.expect("  text = ")
        try session.terminal.expect("\r\n\"indented\"\r\n")
        try session.terminal.expect("› ")
        session.terminal.type("\u{4}")
        session.process.waitUntilExit()
    }

    @Test("Keys without a function insert nothing")
    func keysWithoutAMeaningInsertNothing() throws {
        let session = try Session()
        // Page up, F5 of two kinds, insert, F1, shift-tab; then shift-left, alt-left and end, which mean something.
        session.terminal.type("\u{1B}[5~\u{1B}[15~\u{1B}[[E\u{1B}[2~\u{1B}OP\u{1B}[Z")
        session.terminal.type("12\u{1B}[1;2D0\u{1B}[1;3D9\u{1B}[F1\r")
        try session.terminal.expect("\r\n91021\r\n")
        try session.terminal.expect("› ")
        session.terminal.type("\u{4}")
        session.process.waitUntilExit()
    }

    /// What libedit moves about is not where it should be: the line is drawn anew.
    @Test("A line of several rows is drawn whole when it is edited inside")
    func editingALongLine() throws {
        let session = try Session(columns: 20)
        session.terminal.type("\"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd\" --e")
        try session.terminal.expect("--e")
        session.terminal.type("\u{1B}[H2, ")
        for text in ["› 2\"aaa", "› 2,\"aaa", "› 2, \"aaa"] {
            try session.terminal.expect("\r\u{1B}[J\(text)")
            try session.terminal.expect("--e")
        }
        session.terminal.type("\r")
        try session.terminal.expect("\r\n2,\r\n\"aaaaaaaaaabbbbbbbbbb")
        try session.terminal.expect("› ")
        session.terminal.type("\u{4}")
        session.process.waitUntilExit()
    }

    /// A character of two cells that does not fit leaves one empty: 4 in the first row, 5 in each of the next.
    @Test("The rows of a line with wide characters are counted right")
    func rowsOfWideCharactersAreCounted() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 11, rows: 24)
        let process = try terminal.start(
            try Subprocess.speedpix, ["repl", "--local"], folder: folder.path, environment: ["LANG": "C.UTF-8"])
        try terminal.expect("› ")
        terminal.type(String(repeating: "商", count: 15))
        for _ in 0..<15 { try terminal.expect("商") }
        terminal.paste("z")
        try terminal.expect("\u{1B}[3A\r\u{1B}[J› 商")
        process.interrupt()
        try terminal.expect("^C")
        try terminal.expect("› ")
        terminal.type("\u{4}")
        process.waitUntilExit()
    }
}
