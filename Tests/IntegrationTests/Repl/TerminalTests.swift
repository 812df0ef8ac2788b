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

    @Test func aSignalToEndLeavesTheTerminalAsItWas() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let before = terminal.isCooked
        let process = try terminal.start(try Subprocess.speedpix, ["repl", "--local"], folder: folder.path)
        try terminal.expect("› ")
        #expect(!terminal.isCooked)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(before && terminal.isCooked)
    }
}
