import Foundation
import SpeedPix
import Testing

@testable import SpeedPixCommands

/// What only the real program can show: signals, closed pipes, full disks.
@Suite("A run with broken pipes, full disks and signals", .serialized)
struct BadDayTests {
    /// Everything that the shell command prints, with its errors, and its status.
    private func shell(_ command: String, in folder: TestFolder) async throws -> (status: Int32, output: String) {
        try await Subprocess.run(
            "/bin/bash", ["-c", "set -o pipefail; \(command)"], folder: folder.path,
            environment: ["SPEEDPIX": try Subprocess.speedpix])
    }

    @Test("A run ends without a word when the reader of its output has gone", arguments: ["", "--json"])
    func aReaderThatHasGoneEndsTheRun(option: String) async throws {
        let folder = try TestFolder()
        // Whatever the script makes of the error.
        try folder.write("while true do pcall(print, 'line') end", to: "s.lua")
        let end = try await shell(#""$SPEEDPIX" run s.lua --local --timeout 20 \#(option) | head -1"#, in: folder)
        #expect(end.status == 1)
        #expect(end.output.contains(option.isEmpty ? "line" : #""event":"run.started""#))
        #expect(end.output.split(separator: "\n").count == 1, "\(end.output)")
    }

    @Test(
        "A command ends without a word when the reader of its output has gone",
        arguments: [
            "doctor --local", "--help", "help run", "completions bash", "eval 'print(1)' --local", "version", "types",
        ])
    func everyCommandEndsQuietly(command: String) async throws {
        let folder = try TestFolder()
        // It has ended before anything is written.
        let end = try await shell(#"exec 3> >(:); wait $!; "$SPEEDPIX" \#(command) >&3"#, in: folder)
        #expect(end.output.isEmpty, "\(end.output)")
    }

    @Test(
        "A run ends with an error when the disk behind its output is full",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")), arguments: ["", "--json"])
    func fullDisk(option: String) async throws {
        let folder = try TestFolder()
        try folder.write("print('x') speedpix.sleep(20)", to: "s.lua")
        let end = try await shell(#""$SPEEDPIX" run s.lua --local \#(option) > /dev/full"#, in: folder)
        #expect(end.status == 1 && end.output.contains("No space left on device"), "\(end.output)")
    }

    /// No file may grow beyond a few KiB: writing fails half-way, as on a disk that is full.
    @Test("A file or report that does not fit on the disk leaves the old one unchanged")
    func fileTooLarge() async throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "x", count: 60_000), to: "large.bin")
        try folder.write("old", to: "copy.bin")
        let old = ReportPage.beginning + "old report"
        try folder.write(old, to: "report.html")
        try folder.write("run('echo', { image = './large.bin' }).images:save('copy.bin')", to: "s.lua")
        let limited = #"trap "" XFSZ; ulimit -f 8; "$SPEEDPIX" run s.lua --endpoint "$ENDPOINT" --report report.html"#
        let server = try Server(folder)
        let end = try await Subprocess.run(
            "/bin/bash", ["-c", limited], folder: folder.path,
            environment: server.environment.merging(
                ["SPEEDPIX": try Subprocess.speedpix, "ENDPOINT": server.endpoint]) { $1 })
        server.end()
        #expect(end.status == 1)
        #expect(end.output.contains("copy.bin") && end.output.contains("could not write report.html"), "\(end.output)")
        #expect(try folder.read("copy.bin") == Array("old".utf8))
        #expect(try folder.read("report.html") == Array(old.utf8))
        #expect(folder.contents == ["copy.bin", "large.bin", "report.html", "s.lua"])
    }

    /// Fewer than two for each of the thirty that are made at the same time: they wait for each other, and none is lost.
    @Test("A run of thirty predictions at once needs no more than sixty descriptors")
    func sixtyDescriptorsAreEnough() async throws {
        let folder = try TestFolder()
        try folder.write("a photo", to: "photo.bin")
        try folder.write(
            """
            local items = {}
            for i = 1, 30 do items[i] = i end
            speedpix.map(items, function(i)
              run("echo", { image = "./photo.bin", text = tostring(i) }).images:save("out/" .. i .. ".bin")
              run("echo", { image = "./out/" .. i .. ".bin" }).images:save("second/" .. i .. ".bin")
            end, { concurrency = 30 })
            """, to: "s.lua")
        let server = try Server(folder)
        let end = try await Subprocess.run(
            "/bin/bash", ["-c", #"ulimit -n 60; exec "$SPEEDPIX" run s.lua --endpoint "$ENDPOINT""#],
            folder: folder.path,
            environment: server.environment.merging(
                ["SPEEDPIX": try Subprocess.speedpix, "ENDPOINT": server.endpoint]) { $1 })
        server.end()
        #expect(end.status == 0, "\(end.output)")
        let photo = Array("a photo".utf8)
        for i in 1...30 { #expect(try folder.read("second/\(i).bin") == photo) }
    }

    /// `speedpix serve` for a test.
    private struct Server {
        let process: Subprocess
        let endpoint: String
        let environment = ["SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "a-secret-of-tests"]

        init(_ folder: TestFolder) throws {
            process = try Subprocess(
                Subprocess.speedpix,
                ["serve", "--port", "0", "--app-key", "key", "--app-secret", "a-secret-of-tests"], folder: folder.path)
            endpoint = String(try #require(process.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") }))
        }

        func end() {
            process.interrupt()
            _ = process.finish()
        }
    }

    @Test(
        "A run that gets a signal names its predictions and writes events and report to the end",
        arguments: [SIGINT, SIGTERM])
    func endBySignal(signal: Int32) throws {
        let status = 128 + signal
        let folder = try TestFolder()
        let server = try Server(folder)
        defer { server.end() }
        try folder.write(String(repeating: "x", count: 4 << 20), to: "large.bin")
        try folder.write(
            """
            run("echo", { image = "./large.bin" }).images:save("out/copy.bin")
            create("echo", { duration = 3600 })
            run("echo", { duration = 3600 })
            """, to: "s.lua")
        let run = try Subprocess(
            Subprocess.speedpix,
            ["run", "s.lua", "--endpoint", server.endpoint, "--json", "--report", "report.html"], folder: folder.path,
            environment: server.environment)
        var ids: [String] = []
        while ids.count < 3, let line = run.nextLine() {
            let event = try JSONValue(parsing: Array(line.utf8))
            if event["event"]?.stringValue == "prediction.created" { ids.append(event["id"]?.stringValue ?? "") }
        }
        if signal == SIGINT { run.interrupt() } else { run.terminate() }
        let end = run.finish()
        #expect(end.status == status)
        #expect(end.output.contains("these predictions go on at the service: \(ids[1]) \(ids[2])"), "\(end.output)")
        let closing = end.output.split(separator: "\n").filter { $0.contains(#""event":"run.finished""#) }
        #expect(closing.count == 1)
        let event = try JSONValue(parsing: Array((closing.first ?? "").utf8))
        #expect(event["exit_status"] == .integer(Int64(status)) && event["status"]?.stringValue == "interrupted")
        #expect(event["unfinished"] == .array([.string(ids[1]), .string(ids[2])]))
        // Whole, and nothing beside it.
        #expect(folder.contents == ["large.bin", "out", "out/copy.bin", "report.html", "s.lua"])
        let report = String(decoding: try folder.read("report.html"), as: UTF8.self)
        #expect(report.hasSuffix("</html>\n") && ids.allSatisfy(report.contains))
        #expect(!report.contains("a-secret-of-tests") && !report.contains("signature="))
    }

    /// Ctrl-C at whatever moment: nothing half-written stays.
    @Test(
        "A run that is interrupted at any moment leaves no partly written file",
        arguments: [0, 40, 90, 150, 230, 330, 450, 600])
    func interruptAtAnyMoment(milliseconds: Int) async throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "x", count: 3 << 20), to: "large.bin")
        try folder.write(
            "for i = 1, 1000 do run('echo', { image = './large.bin' }).images:save('out/copy.bin') end", to: "s.lua")
        // `timeout` sends the signal; 124 would say that it had to.
        let seconds = "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())"
        let end = try await shell(
            #"timeout --preserve-status -s INT \#(seconds == "0.000" ? "0.001" : seconds) "$SPEEDPIX" run s.lua --local"#
                + " --report report.html --quiet", in: folder)
        // 2: the signal came before there was anybody to take it.
        #expect(end.status == 130 || end.status == 2, "\(end)")
        let parts = folder.contents.filter { $0.hasSuffix(".part") }
        #expect(parts.isEmpty)
        if folder.contents.contains("out/copy.bin") { #expect(try folder.read("out/copy.bin").count == 3 << 20) }
    }

    @Test("A report path that cannot be used is refused before the script runs")
    func reportInAMissingFolder() async throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        for path in ["gone/report.html", "file/report.html", ".", "/dev/full"] {
            let run = await CommandRun.local("print('ran')", ["--report", path], in: folder)
            #expect(run.status == .usage && run.output.isEmpty, "\(path): \(run.errors)")
        }
        #expect(folder.contents == ["file"])
    }

    /// The kernel's own file systems take no files, not even from root.
    @Test(
        "An output folder that cannot be written to is refused before the script runs",
        .enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel")))
    func unwritableOutputFolder() async throws {
        for option in [["--out", "/sys/kernel"], ["--out", "/sys/kernel/new"], ["--report", "/sys/kernel/r.html"]] {
            let run = await CommandRun.local("print('ran')", option, in: try TestFolder())
            #expect(run.status == .failure && run.output.isEmpty, "\(run.errors)")
            #expect(run.errors.contains("nothing can be written to \(option[1])"), "\(run.errors)")
        }
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let run = await CommandRun.local("print('ran')", ["--out", "file"], in: folder)
        #expect(run.status == .usage && run.output.isEmpty && folder.contents == ["file"])
    }

    @Test("A run writes bytes that are not text unchanged")
    func bytesThatAreNotText() async throws {
        let output = Capture()
        _ = await CommandRun(
            ["run", "-", "--local"], in: try TestFolder(), input: #"io.write("\xff\0\xfe")"#,
            setting: { $0.writeOutput = output.append })
        #expect(output.all == [0xFF, 0, 0xFE])
    }
}
