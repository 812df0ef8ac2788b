import Foundation
import Testing

/// The real program, reading what somebody has not written yet.
@Suite("Standard input that is not complete", .serialized, .timeLimit(.minutes(2)))
struct StandardInputTests {
    /// Waits until somebody has read what was written.
    private func drain(_ pipe: Pipe) {
        var left: Int32 = 1
        while left > 0 {
            _ = ioctl(pipe.fileHandleForWriting.fileDescriptor, UInt(FIONREAD), &left)
            sched_yield()
        }
    }

    @Test(
        "A signal ends a command that waits for standard input",
        arguments: [["run", "-", "--local"], ["check", "-"], ["eval", "io.read('a')"], ["repl", "--local"]])
    func signalDuringInput(arguments: [String]) throws {
        for (number, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
            let folder = try TestFolder()
            let input = Pipe()
            let process = try Subprocess(Subprocess.speedpix, arguments, folder: folder.path, input: input)
            try input.fileHandleForWriting.write(contentsOf: Data("x = 1\n".utf8))
            // Once it is read the program is there, and waits for more.
            drain(input)
            kill(process.identifier, number)
            #expect(process.finish().status == status)
            try input.fileHandleForWriting.close()
        }
    }

    @Test("A session from a pipe answers each line as it comes")
    func aSessionAnswersLineByLine() throws {
        let folder = try TestFolder()
        let input = Pipe()
        let process = try Subprocess(Subprocess.speedpix, ["repl", "--local"], folder: folder.path, input: input)
        try input.fileHandleForWriting.write(contentsOf: Data("\u{FEFF}1 + 1\nfor i = 1, 2 do".utf8))
        #expect(process.nextLine() == "2")
        try input.fileHandleForWriting.write(contentsOf: Data(" print('i' .. i)\r\nend\n".utf8))
        #expect(process.nextLine() == "i1")
        #expect(process.nextLine() == "i2")
        try input.fileHandleForWriting.write(contentsOf: Data("'no line break'".utf8))
        try input.fileHandleForWriting.close()
        let end = process.finish()
        #expect(end.output == "\"no line break\"" && end.status == 0)
    }

    @Test("A session ends when the reader of its output has gone")
    func aSessionEndsWithItsReader() throws {
        let folder = try TestFolder()
        // The limit is for a session that wants to have read everything first.
        let command =
            "ulimit -v 8000000; yes 1 2> yes.txt | '\(try Subprocess.speedpix)' repl --local 2> errors | head -1"
        let shell = try Subprocess("/bin/sh", ["-c", command], folder: folder.path)
        let end = shell.finish()
        #expect(end.output == "1" && end.status == 0)
    }

    @Test("A session whose output is piped answers as lines are typed")
    func aSessionWhoseOutputIsPipedAnswersAsOneTypes() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let command = "'\(try Subprocess.speedpix)' repl --local | cat"
        let process = try terminal.start("/bin/sh", ["-c", command], folder: folder.path)
        terminal.type("20 + 1\r")
        try terminal.expect("\r\n21\r\n")
        terminal.type("20 + 2\r\u{4}")
        try terminal.expect("\r\n22\r\n")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("A session keeps bytes of its input that are not text")
    func bytesThatAreNotText() async throws {
        let folder = try TestFolder()
        let source = Array("\u{FEFF}x = '".utf8) + [0xFF, 0x80] + Array("'\n#x\nx:byte(1, 2)\n:save s.lua\n".utf8)
        let run = await CommandRun(["repl", "--local"], in: folder, setting: { $0.readInput = { source } })
        #expect(run.output == "2\n255,\n128\n", "\(run.errors)")
    }
}
