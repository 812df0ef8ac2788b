import Foundation

/// A program that is measured, or measured against.
struct ChildProcess {
    struct Failure: Error {
        var message: String
    }

    private let process = Process()
    private let output = Pipe()

    init(_ program: String, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// The program's first line, as soon as it is there.
    func firstLine() throws -> String {
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Everything that the program prints, when it has ended well.
    func finish() throws -> String {
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(message: "\(process.executableURL?.path ?? "") ended with \(process.terminationStatus)")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func interrupt() {
        process.interrupt()
        process.waitUntilExit()
    }

    /// Runs a program to its end and returns what it printed.
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        try ChildProcess(program, arguments).finish()
    }
}

/// `speedpix serve` in a process of its own.
struct GatewayProcess {
    let endpoint: String
    private let process: ChildProcess
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "speedpix-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process = try ChildProcess(
            try Tool.gateway.path,
            ["serve", "--port", "0", "--app-key", "key", "--app-secret", "secret", "--data", folder.path])
        let words = try process.firstLine().split(separator: " ")
        guard let url = words.first(where: { $0.hasPrefix("http") }) else {
            throw ChildProcess.Failure(message: "the gateway did not start")
        }
        endpoint = String(url)
    }

    func stop() {
        process.interrupt()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Programs that `scripts/bench` has made ready.
enum Tool: String {
    case gateway = "SPEEDPIX_BENCH_GATEWAY"
    case python = "SPEEDPIX_BENCH_PYTHON"

    var path: String {
        get throws {
            guard let path = ProcessInfo.processInfo.environment[rawValue] else {
                throw ChildProcess.Failure(message: "\(rawValue) is not set: run scripts/bench")
            }
            return path
        }
    }
}
