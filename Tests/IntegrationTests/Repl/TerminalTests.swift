import Foundation
import SpeedPix
import Testing

/// The real program at a real line discipline: what no scripted reader can show.
@Suite("A session at a terminal", .serialized)
struct TerminalTests {
    @Test func editsCompletesInterruptsAndLeaves() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        // UTF-8, and a correction with the arrow keys: ← ← and a 3 between.
        terminal.type("\"商品\" .. 1245\u{1B}[D\u{1B}[D3\r")
        try terminal.expect("\r\n\"商品12345\"\r\n› ")
        terminal.type("speedpix.vers\t\r")
        try terminal.expect("ion\r\n\"\(SpeedPixVersion.current)\"\r\n› ")
        // A chunk over several lines has another prompt.
        terminal.type("for i = 1, 2 do\r")
        try terminal.expect("… ")
        terminal.type("print('n' .. i) end\r")
        try terminal.expect("n1\r\nn2\r\n")
        try terminal.expect("› ")
        // Ctrl-C stops what runs.
        terminal.type("print('g' .. 'o') speedpix.sleep(3600)\r")
        try terminal.expect("go\r\n")
        process.interrupt()
        try terminal.expect("interrupted")
        try terminal.expect("› ")
        // And at the prompt it clears the line.
        terminal.type("half a line")
        try terminal.expect("half a line")
        process.interrupt()
        try terminal.expect("^C\r\n")
        try terminal.expect("› ")
        terminal.type("6 * 7\r")
        try terminal.expect("42")
        try terminal.expect("› ")
        terminal.type("\u{4}")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let history = try String(contentsOfFile: "\(folder.path)/.local/state/speedpix/repl_history", encoding: .utf8)
        #expect(history.hasPrefix("\"商品\" .. 12345\nspeedpix.version\nfor i = 1, 2 do\n"))
        #expect(!history.contains("half"))
    }

    @Test func outputOfTasksLeavesTheLineAlone() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 40, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        terminal.type("function go() run('echo', { text = 'x' }) print('from ' .. 'below') end\r")
        try terminal.expect("› ")
        terminal.type("task = speedpix.spawn(go)\r")
        try terminal.expect("› ")
        terminal.type("11 * 11")
        // Whenever it comes, it has a line of its own, and what was typed stands again below it.
        try terminal.expect("from below\r\n")
        terminal.type("\r")
        try terminal.expect("121")
        try terminal.expect("› ")
        terminal.type(":quit\r")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func namesWhatGoesOnAtTheService() throws {
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

    @Test func aSignalToEndTakesTheLocalGatewayAlong() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        terminal.type("job = create('echo', { duration = 3600 }) print('g' .. 'o') wait(job)\r")
        try terminal.expect("go\r\n")
        process.terminate()
        let shown = try terminal.expect("speedpix: interrupted")
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        // There is nothing to fetch from it later.
        #expect(!shown.contains("go on"))
    }

    @Test func aSignalToEndLeavesTheTerminalAsItWas() throws {
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

    @Test func whatIsPastedIsTakenAsItIs() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        // Typed, each of these tabs would complete something.
        terminal.paste("if true then\n\ttext = \"Dahlia\"\r\n\tprint(text, 'a\tb')\nend\nlast = 1")
        try terminal.expect("Dahlia\ta\tb\r\n")
        try terminal.expect("› last = 1")
        // The rest is a line that goes on.
        terminal.type("1\rlast\r")
        try terminal.expect("\r\n11\r\n› ")
        // While something runs whoever reads the terminal gets what is pasted as it is.
        terminal.type("print('g' .. 'o') speedpix.sleep(3600)\r")
        try terminal.expect("go\r\n")
        #expect(!terminal.isMarkingPastes && terminal.isCooked)
        process.interrupt()
        try terminal.expect("interrupted")
        try terminal.expect("› ")
        terminal.type(":quit\r")
        process.waitUntilExit()
        terminal.readRest()
        #expect(process.terminationStatus == 0 && terminal.isCooked && !terminal.isMarkingPastes)
    }

    @Test func ctrlCDropsTheRestOfWhatWasPasted() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        terminal.paste("print('g' .. 'o') speedpix.sleep(3600)\nprint('ne' .. 'ver')\n")
        try terminal.expect("go\r\n")
        process.interrupt()
        try terminal.expect("interrupted")
        try terminal.expect("› ")
        terminal.type("6 * 7\r")
        let shown = try terminal.expect("\r\n42\r\n")
        #expect(!shown.contains("'ne'"))
        try terminal.expect("› ")
        terminal.type("\u{4}")
        process.waitUntilExit()
    }

    @Test func aTabAtTheBeginningOfALineIndents() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        // The fields of the table would be what there is to choose from.
        terminal.type("run('echo', {\r")
        try terminal.expect("… ")
        terminal.type("\ttext = 'in' .. 'dented' }).text\r")
        try terminal.expect("  text = ")
        try terminal.expect("\r\n\"indented\"\r\n")
        try terminal.expect("› ")
        terminal.type("\u{4}")
        process.waitUntilExit()
    }

    @Test func keysWithoutAMeaningInsertNothing() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        // Page up, F5 of two kinds, insert, F1, shift-tab; then shift-left, alt-left and end, which mean something.
        terminal.type("\u{1B}[5~\u{1B}[15~\u{1B}[[E\u{1B}[2~\u{1B}OP\u{1B}[Z")
        terminal.type("12\u{1B}[1;2D0\u{1B}[1;3D9\u{1B}[F1\r")
        try terminal.expect("\r\n91021\r\n")
        try terminal.expect("› ")
        terminal.type("\u{4}")
        process.waitUntilExit()
    }

    /// What libedit moves about is not where it should be: the line is drawn anew.
    @Test func typingInsideOfALongLineShowsAllOfIt() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 20, rows: 24)
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        terminal.type("\"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd\" --e")
        try terminal.expect("--e")
        terminal.type("\u{1B}[H2, ")
        for text in ["› 2\"aaa", "› 2,\"aaa", "› 2, \"aaa"] {
            try terminal.expect("\r\u{1B}[J\(text)")
            try terminal.expect("--e")
        }
        terminal.type("\r")
        try terminal.expect("\r\n2,\r\n\"aaaaaaaaaabbbbbbbbbb")
        try terminal.expect("› ")
        terminal.type("\u{4}")
        process.waitUntilExit()
    }

    /// A character of two cells that does not fit leaves one empty: 4 in the first row, 5 in each of the next.
    @Test func rowsOfWideCharactersAreCounted() throws {
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
