import Foundation
import Testing

/// The gateway is what it claims to be if the official client cannot tell the difference.
@Suite("The official Python client", .serialized)
struct PythonClientTests {
    /// The client and what it needs, at the versions that its protocol facts were read from.
    private static let packages = ["speedpix==1.0.4", "dataclass-wizard==0.35.0", "httpx==0.28.1"]

    /// Makes a virtual environment, or finds the one that an earlier run made.
    private func python() throws -> String {
        let environment = "\(TestFolder.repository)/.venv"
        let python = "\(environment)/bin/python"
        let mark = "\(environment)/installed"
        let wanted = Self.packages.joined(separator: " ")
        if (try? String(contentsOfFile: mark, encoding: .utf8)) == wanted { return python }
        for (program, arguments) in [
            ("/usr/bin/env", ["python3", "-m", "venv", "--clear", environment]),
            (python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + Self.packages),
        ] {
            let end = try Subprocess(program, arguments, folder: TestFolder.repository).finish()
            try #require(end.status == 0, "\(end.output)")
        }
        try Data(wanted.utf8).write(to: URL(filePath: mark))
        return python
    }

    @Test func runsUploadsAndDownloads() throws {
        let python = try python()
        let folder = try TestFolder()
        try FileManager.default.copyItem(
            atPath: "\(TestFolder.repository)/examples/assets/dahlia.jpg", toPath: "\(folder.path)/dahlia.jpg")
        let server = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0", "--app-key", "key", "--app-secret", "secret"],
            folder: folder.path)
        let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        let script = "\(TestFolder.repository)/Tests/IntegrationTests/Scripts/official_client.py"
        let client = try Subprocess(python, [script, String(endpoint)], folder: folder.path)
        let end = client.finish()
        #expect(end.status == 0, "\(end.output)")
        #expect(end.output.hasSuffix("all good"), "\(end.output)")
        server.interrupt()
        _ = server.finish()
    }
}
