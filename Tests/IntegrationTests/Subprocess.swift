import Foundation

/// A program that a test starts, with its output as it comes.
final class Subprocess {
    private let process = Process()
    private let output = Pipe()
    private var buffer = Data()
    /// Nothing may be read or written in the developer's own: each program has one of its own, which it makes if it wants one.
    private let home = FileManager.default.temporaryDirectory.appending(path: "speedpix-home-\(UUID().uuidString)")

    var identifier: Int32 { process.processIdentifier }

    /// - Parameter input: Its standard input; it has none without.
    init(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String] = [:],
        input: Pipe? = nil
    ) throws {
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        var inherited = ProcessInfo.processInfo.environment
        for name in ["XDG_DATA_HOME", "SPEEDPIX_STATE"] { inherited[name] = nil }
        inherited["HOME"] = home.path
        process.environment = inherited.merging(environment) { $1 }
        if let input { process.standardInput = input } else { process.standardInput = FileHandle.nullDevice }
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: home)
    }

    /// The next line of its output, which includes its errors; nil at the end. Blocks.
    func nextLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else {
                guard !buffer.isEmpty else { return nil }
                defer { buffer = Data() }
                return String(decoding: buffer, as: UTF8.self)
            }
            buffer.append(more)
        }
    }

    /// Waits for its end; returns its exit status and what is left of its output.
    func finish() -> (status: Int32, output: String) {
        var lines: [String] = []
        while let line = nextLine() { lines.append(line) }
        process.waitUntilExit()
        return (process.terminationStatus, lines.joined(separator: "\n"))
    }

    /// Waits for its end without reading what it writes; returns its exit status, or the negative number of the signal that
    /// ended it.
    func waitForEnd() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Waits until no more fits into the pipe of its output.
    func waitForFullOutput() {
        var (last, count): (Int32, Int32) = (-1, 0)
        // Linux keeps 64 KiB, in pages that need not be full.
        while count < 50_000 || count != last {
            last = count
            _ = ioctl(output.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &count)
            sched_yield()
        }
    }

    func interrupt() {
        process.interrupt()
    }

    func terminate() {
        process.terminate()
    }

    /// The most memory it ever had in use, in bytes, as the kernel counts it.
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return 1024 * (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0)
    }

    /// Runs a program to its end, on a thread of its own: those of Swift's shared pool are few, and tests that wait
    /// for the clock need them.
    static func run(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        try Subprocess(program, arguments, folder: folder, environment: environment).finish()
                    })
            }.start()
        }
    }

    /// The `speedpix` that was built with these tests.
    static var speedpix: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "speedpix").path
        }
    }
}
