import Foundation

/// `speedpix` as a process of its own, and what it took.
struct MeasuredCommand {
    struct Failure: Error {
        var message: String
    }

    /// The program that `scripts/bench` has made ready.
    static var program: String {
        get throws {
            guard let path = ProcessInfo.processInfo.environment["SPEEDPIX_BENCH_COMMAND"] else {
                throw Failure(message: "SPEEDPIX_BENCH_COMMAND is not set: run scripts/bench")
            }
            return path
        }
    }

    /// CPU seconds of one run to its end. Nothing else that this process has started may end meanwhile.
    static func cpuSeconds(_ arguments: [String], environment: [String: String], folder: URL) throws -> Double {
        let before = childrenCPUSeconds()
        let process = Process()
        process.executableURL = URL(filePath: try program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        // Somebody reads it, as a terminal does.
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                message:
                    "speedpix ended with \(process.terminationStatus): \(String(decoding: text.suffix(500), as: UTF8.self))"
            )
        }
        return childrenCPUSeconds() - before
    }

    private static func childrenCPUSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
