import Foundation

/// A program that is measured, or measured against.
public struct ChildProcess {
    /// Why a measurement is worth nothing.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened.
        public var message: String

        /// In one line.
        public init(message: String) {
            self.message = message
        }

        /// The message.
        public var description: String { message }
    }

    private let process = Process()
    private let output = Pipe()

    /// Starts it; its standard error goes where this process's goes.
    ///
    /// - Parameter environment: What it gets besides this process's own.
    public init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        process.executableURL = URL(filePath: program)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// The program's next line, as soon as it is there; empty at the end of its output.
    public func nextLine() throws -> String {
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Everything that the program prints, when it has ended well.
    public func finish() throws -> String {
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(message: "\(process.executableURL?.path ?? "") ended with \(process.terminationStatus)")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Tells it to end, and waits until it has. Not as Ctrl-C does: what is started in the background may ignore that.
    public func terminate() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Runs a program to its end and returns what it printed.
    public static func run(_ program: String, _ arguments: [String]) throws -> String {
        try ChildProcess(program, arguments).finish()
    }
}
