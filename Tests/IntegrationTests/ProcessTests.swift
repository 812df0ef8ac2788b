import Foundation
import Testing

/// What only the real program can show. Linux only: memory is read from `/proc`.
@Suite("The built program", .serialized)
struct ProcessTests {
    @Test("The program needs less than 150 MiB for a file of 300 MiB")
    func memoryForALargeFile() throws {
        let folder = try TestFolder()
        let size = 300 << 20
        #expect(FileManager.default.createFile(atPath: "\(folder.path)/large.bin", contents: nil))
        let handle = try FileHandle(forWritingTo: URL(filePath: "\(folder.path)/large.bin"))
        // Not all zeroes, so that a block which goes missing or twice is noticed.
        for block in 0..<300 { try handle.write(contentsOf: Data(repeating: UInt8(block % 251), count: 1 << 20)) }
        try handle.close()
        try folder.write(
            """
            local out = run("echo", { image = "./large.bin" })
            out.images:save("copy.bin")
            print("saved")
            speedpix.sleep(3600)
            """, to: "large.lua")
        let process = try Subprocess(
            Subprocess.speedpix, ["run", "large.lua", "--local", "--quiet"], folder: folder.path)
        #expect(process.nextLine() == "saved")
        let peak = try process.peakMemory()
        process.interrupt()
        #expect(process.finish().status == 130)
        #expect(peak > 0 && peak < 150 << 20, "\(peak >> 20) MiB")
        let files = FileManager.default
        #expect(files.contentsEqual(atPath: "\(folder.path)/large.bin", andPath: "\(folder.path)/copy.bin"))
        #expect(try files.attributesOfItem(atPath: "\(folder.path)/copy.bin")[.size] as? Int == size)
        #expect(folder.contents == ["copy.bin", "large.bin", "large.lua"])
    }

    /// As daemons start programs. What is opened first must not get the number of a stream.
    @Test(
        "The program with closed standard streams writes its output into no file",
        arguments: [(">&-", 1), ("2>&-", 0), ("<&-", 0), ("<&- >&- 2>&-", 1)])
    func closedStreams(redirection: String, status: Int32) throws {
        let folder = try TestFolder()
        try folder.write("print(run('echo', { text = 'hello' }).text) io.write('more')", to: "a.lua")
        let shell = try Subprocess(
            "/bin/sh", ["-c", "'\(Subprocess.speedpix)' run a.lua --local --quiet \(redirection)"], folder: folder.path)
        #expect(shell.finish().status == status)
        #expect(folder.contents == ["a.lua"])
    }

    @Test("The program names the predictions that go on when it is interrupted")
    func anInterruptNamesWhatGoesOn() throws {
        let folder = try TestFolder()
        let server = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0", "--app-key", "key", "--app-secret", "secret"],
            folder: folder.path)
        let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        try folder.write("print(create('echo', { duration = 3600 }).id) speedpix.sleep(3600)", to: "s.lua")
        let run = try Subprocess(
            Subprocess.speedpix, ["run", "s.lua", "--quiet"], folder: folder.path,
            environment: [
                "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": String(endpoint),
            ])
        let id = try #require(run.nextLine())
        // A window that is closed is not another reason.
        let other = try Subprocess(
            Subprocess.speedpix, ["run", "s.lua", "--quiet"], folder: folder.path,
            environment: [
                "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": String(endpoint),
            ])
        let otherID = try #require(other.nextLine())
        kill(other.identifier, SIGHUP)
        let hungUp = other.finish()
        #expect(hungUp.status == 129 && hungUp.output.contains(otherID), "\(hungUp)")
        run.interrupt()
        let end = run.finish()
        #expect(end.status == 130)
        #expect(end.output.contains("these predictions go on at the service: \(id)"))
        server.interrupt()
        #expect(server.finish().status == 130)
    }

    @Test("serve writes a generated secret into a private file and nowhere else")
    func generatedSecret() throws {
        let folder = try TestFolder()
        let server = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0"], folder: folder.path,
            environment: ["SPEEDPIX_APP_KEY": "", "SPEEDPIX_APP_SECRET": ""])
        let line = try #require(server.nextLine())
        let path = try #require(line.split(separator: " ").last.map(String.init))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let secret = try #require(text.firstMatch(of: /SECRET='([^']+)'/)).output.1
        #expect(!line.contains(secret))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        server.interrupt()
        #expect(server.finish().status == 130)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
