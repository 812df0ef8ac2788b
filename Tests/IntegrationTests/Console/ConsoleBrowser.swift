import Foundation
import SpeedPix
import Testing

/// A headless Chromium that does one flow after the other, as `browser/main.py` has them. Tests share it, since it takes longer to
/// start than most flows take.
actor ConsoleBrowser {
    /// What went wrong in a flow, with the driver's own words.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// The program that drives the browser. It ends once nobody has this any more.
    private struct Driver: Sendable {
        let input: Pipe
        /// What it says, by lines.
        let lines: AsyncStream<String>

        func write(_ message: JSONValue) throws {
            try input.fileHandleForWriting.write(contentsOf: Data(try message.encoded() + [UInt8(ascii: "\n")]))
        }
    }

    static let shared = ConsoleBrowser()

    /// Nil while it does a flow, and after one that it has not brought to its end.
    private var driver: Driver?

    /// Does a flow.
    ///
    /// - Parameters:
    ///   - flow: Its name.
    ///   - values: What it takes.
    ///   - answer: Does what a flow asks for meanwhile.
    /// - Throws: ``Problem`` if not all is as it should be; what `answer` throws.
    func perform(
        _ flow: String, values: JSONValue,
        answer: @Sendable (_ question: String, _ values: JSONValue) async throws -> JSONValue
    ) async throws {
        let driver = try self.driver ?? Self.start()
        self.driver = nil
        try driver.write(["flow": .string(flow), "values": values])
        var notes: [String] = []
        for await line in driver.lines {
            guard let message = try? JSONValue(parsing: line.utf8), message.objectValue != nil else {
                notes.append(line)
                continue
            }
            if let question = message["ask"]?.stringValue {
                try driver.write(["answer": try await answer(question, message["values"] ?? .null)])
                continue
            }
            self.driver = driver
            guard let problem = message["end"]?.stringValue else { return }
            throw Problem(description: "\(flow): \(problem)")
        }
        throw Problem(description: "\(flow): the driver has ended: \(notes.suffix(40).joined(separator: "\n"))")
    }

    private static func start() throws -> Driver {
        let python = try PythonEnvironment.python()
        let chromium = try #require(Chromium.path, "install it with scripts/install-dependencies test")
        let script = "\(TestFolder.repository)/Tests/IntegrationTests/Console/browser/main.py"
        let input = Pipe()
        // The thread's alone, once it is started.
        nonisolated(unsafe) let process = try Subprocess(
            python, ["-B", script, chromium], folder: TestFolder.repository, input: input)
        let (lines, line) = AsyncStream<String>.makeStream()
        Thread {
            while let next = process.nextLine() { line.yield(next) }
            _ = process.waitForEnd()
            line.finish()
        }.start()
        return Driver(input: input, lines: lines)
    }
}
