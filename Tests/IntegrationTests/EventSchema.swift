import Foundation
import Testing

/// The shipped schema of events.
enum EventSchema {
    /// Holds the output of `--json` against it.
    ///
    /// - Returns: The names of the events.
    static func validate(_ output: [UInt8], in folder: TestFolder) async throws -> Set<String> {
        try Data(output).write(to: URL(filePath: "\(folder.path)/events.jsonl"))
        let repository = TestFolder.repository
        let end = try await Subprocess.run(
            try PythonEnvironment.python(),
            [
                "\(repository)/Tests/IntegrationTests/Scripts/validate_events.py",
                "\(repository)/docs/events.schema.json", "events.jsonl",
            ], folder: folder.path)
        try #require(end.status == 0, "\(end.output)")
        return Set(end.output.split(separator: " ").map(String.init))
    }
}
