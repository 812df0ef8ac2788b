import Foundation
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixCommands

/// `run s.lua --watch` on a clock that the test moves on.
private struct WatchedRun {
    let clock = ManualClock()
    let output = Capture()
    let errors = Capture()
    private let task: Task<CommandRun, Never>

    init(in folder: TestFolder) {
        task = Task { [clock, output, errors] in
            await CommandRun(
                ["run", "s.lua", "--local", "--watch"], in: folder,
                setting: { context in
                    context.clock = clock
                    context.writeOutput = output.append
                    context.writeError = errors.append
                })
        }
    }

    /// Whether the script has run so many times, and is being watched.
    func hasEnded(rounds: Int) -> Bool { errors.text.ranges(of: "watching s.lua").count == rounds }

    func cancelled() async -> CommandRun {
        task.cancel()
        return await task.value
    }
}

@Suite("run --watch and --lock")
struct WatchTests {
    @Test("--watch runs the script again when it or a file that it used has changed")
    func watchedFiles() async throws {
        let folder = try TestFolder()
        try folder.write("return 1", to: "part.lua")
        try folder.write("a\n1\n", to: "data.csv")
        try folder.write(
            "print(require('part'), csv.read('data.csv')[1].a) fs.write('out.txt', 'x') fs.read('out.txt')", to: "s.lua"
        )
        let run = WatchedRun(in: folder)
        let (clock, output, errors) = (run.clock, run.output, run.errors)
        func rounds(_ count: Int) -> Bool { run.hasEnded(rounds: count) }
        await clock.poll { rounds(1) }
        #expect(output.text == "1\t1\n" && errors.text.contains("watching s.lua and 3 other files"), "\(errors.text)")
        // Sizes differ, so that no clock of a file system matters.
        try folder.write("return 22", to: "part.lua")
        await clock.poll { rounds(2) }
        #expect(output.text == "1\t1\n22\t1\n")
        try folder.write("a\n333\n", to: "data.csv")
        await clock.poll { rounds(3) }
        #expect(output.text == "1\t1\n22\t1\n22\t333\n")
        try folder.write("x =", to: "s.lua")
        await clock.poll { rounds(4) }
        #expect(errors.text.contains("s.lua:1: unexpected symbol"))
        // An editor may take the file away for a moment.
        try FileManager.default.removeItem(atPath: "\(folder.path)/s.lua")
        for _ in 0..<5 {
            await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(250))
        }
        try folder.write("print('back again')", to: "s.lua")
        await clock.poll { rounds(5) }
        #expect(output.text.hasSuffix("back again\n"))
        // What the script missed comes.
        try folder.write("print(pcall(fs.read, 'later.txt')) require('late')", to: "s.lua")
        await clock.poll { rounds(6) }
        try folder.write("here", to: "later.txt")
        await clock.poll { rounds(7) }
        #expect(output.text.hasSuffix("true\there\n"))
        try folder.write("print('late, but here')", to: "late.lua")
        await clock.poll { rounds(8) }
        #expect(output.text.hasSuffix("true\there\nlate, but here\n"))
        #expect(await run.cancelled().status == .interrupted)
    }

    @Test("--watch runs again without a file that has gone from a listed folder, and goes on after any that stays away")
    func removedFiles() async throws {
        let folder = try TestFolder()
        for name in ["a", "b", "c"] { try folder.write(name, to: "in/\(name).txt") }
        try folder.write("x", to: "alone.txt")
        let script = """
            for _, file in ipairs(fs.glob("in/*.txt")) do io.write(fs.read(file)) end
            print(pcall(fs.read, "alone.txt"))
            """
        try folder.write(script, to: "s.lua")
        let run = WatchedRun(in: folder)
        let (clock, output) = (run.clock, run.output)
        func rounds(_ count: Int) -> Bool { run.hasEnded(rounds: count) }
        await clock.poll { rounds(1) }
        try FileManager.default.removeItem(atPath: "\(folder.path)/in/c.txt")
        await clock.poll { rounds(2) }
        #expect(output.text == "abctrue\tx\nabtrue\tx\n")
        // Alone: nothing tells whether it comes back.
        try FileManager.default.removeItem(atPath: "\(folder.path)/alone.txt")
        for _ in 0..<5 {
            await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(250))
        }
        #expect(rounds(2))
        try folder.write("AA", to: "in/a.txt")
        await clock.poll { rounds(3) }
        #expect(output.text.contains("\nAAbfalse\t"), "\(output.text)")
        #expect(await run.cancelled().status == .interrupted)
    }

    @Test("--watch with a script from standard input is a usage error")
    func standardInputCannotBeWatched() async throws {
        let run = await CommandRun.local("", ["--watch"], in: try TestFolder())
        #expect(run.status == .usage)
    }

    @Test("A file that is touched, or written as it was, has not changed")
    func content() throws {
        let folder = try TestFolder()
        try folder.write("print(1)", to: "s.lua")
        let path = "\(folder.path)/s.lua"
        let watched = WatchedFiles(script: path)
        // A second file of the same content has another inode, as one that an editor has saved.
        try folder.write("print(1)", to: "new.lua")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(folder.path)/new.lua", toPath: path)
        #expect(watched.current != watched.known)
        #expect(!watched.haveChanged(watched.current))
        #expect(watched.current == watched.known)
        try folder.write("print(2)", to: "s.lua")
        #expect(watched.haveChanged(watched.current))
    }

    @Test("A folder that was listed has changed when a name comes or goes, and not when the run wrote into it")
    func folders() throws {
        let folder = try TestFolder()
        try folder.write("print(1)", to: "s.lua")
        try FileManager.default.createDirectory(atPath: "\(folder.path)/photos", withIntermediateDirectories: true)
        let watched = WatchedFiles(script: "\(folder.path)/s.lua")
        watched.noteRead(FilePath("\(folder.path)/photos"))
        try folder.write("x", to: "photos/a.jpg")
        #expect(watched.haveChanged(watched.current))
        watched.noteWrite(FilePath("\(folder.path)/photos/a.jpg"))
        watched.recordWritten()
        #expect(!watched.haveChanged(watched.current))
        try FileManager.default.removeItem(atPath: "\(folder.path)/photos/a.jpg")
        #expect(watched.haveChanged(watched.current))
    }

    @Test("--lock ends the second run of a script with status 75 and the number of the first one's process")
    func lock() async throws {
        let folder = try TestFolder()
        try folder.write("print('ran')", to: "s.lua")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/other.lua", withDestinationPath: "\(folder.path)/s.lua")
        let state = JournalFolder("\(folder.path)/state", beside: nil, CommandContext.bare(in: folder))
        let arguments = ["--local", "--lock", "--state", "\(folder.path)/state"]
        do {
            let lock = try RunLock.take("s.lua", in: state, CommandContext.bare(in: folder))
            defer { lock.release() }
            for name in ["s.lua", "other.lua"] {
                let second = await CommandRun(["run", name] + arguments, in: folder)
                #expect(second.status == .later && second.status.rawValue == 75)
                #expect(second.errors.contains("\(name) runs already, as process \(getpid())"), "\(second.errors)")
                #expect(second.output.isEmpty)
            }
        }
        let first = await CommandRun(["run", "s.lua"] + arguments, in: folder)
        #expect(first.status == .success && first.output == "ran\n", "\(first.errors)")
    }

    @Test("--lock with a script from standard input is a usage error", arguments: ["-", "/dev/stdin"])
    func standardInputCannotBeLocked(name: String) async throws {
        let run = await CommandRun(["run", name, "--local", "--lock"], in: try TestFolder())
        #expect(run.status == .usage && run.errors.contains("--lock needs a file"), "\(run.errors)")
    }

    @Test(
        "--watch goes on with its run: what has not changed, and what --again has made, is not created again",
        arguments: [[], ["--resume=auto", "--again", "create 1"]])
    func paidForOnce(options: [String]) async throws {
        let folder = try TestFolder()
        let script = "print(run('echo', { text = 'one' }).text, run('echo', { text = 'TWO' }).text)"
        try folder.write(script.replacing("TWO", with: "two"), to: "s.lua")
        let errors = Capture()
        let output = Capture()
        // Real time: one that a test moves on would pass the calls' own limits.
        let (lines, line) = AsyncStream<Void>.makeStream()
        let run = Task {
            await CommandRun(
                ["run", "s.lua", "--local", "--watch", "--state", "\(folder.path)/state"] + options, in: folder,
                environment: ["HOME": folder.path],
                setting: { context in
                    context.writeOutput = output.append
                    context.writeError = { bytes in
                        errors.append(bytes)
                        line.yield()
                    }
                })
        }
        func wait(forRounds count: Int) async {
            for await _ in lines where errors.text.ranges(of: "watching s.lua").count >= count { return }
        }
        await wait(forRounds: 1)
        try folder.write(script.replacing("TWO", with: "three"), to: "s.lua")
        await wait(forRounds: 2)
        #expect(output.text == "one\ttwo\none\tthree\n", "\(errors.text)")
        #expect(errors.text.ranges(of: " created ").count == 3, "\(errors.text)")
        #expect(errors.text.ranges(of: " reused ").count == 1, "\(errors.text)")
        run.cancel()
        #expect(await run.value.status == .interrupted)
    }
}

extension CommandContext {
    /// For what only asks for folders.
    fileprivate static func bare(in folder: TestFolder) -> CommandContext {
        CommandContext(
            environment: [:], workingDirectory: folder.path, homeDirectory: folder.path, writeOutput: { _ in },
            writeError: { _ in }, readInput: { [] })
    }
}

extension ManualClock {
    /// Lets polls go by until something has happened.
    fileprivate func poll(until hasHappened: () -> Bool) async {
        while !hasHappened() {
            await waitForSleepers(1)
            advance(by: .milliseconds(250))
            await Task.yield()
        }
    }
}
