import Foundation
import Testing

/// The gateway is what it claims to be if the official client cannot tell the difference.
@Suite("The official Python client", .serialized)
struct PythonClientTests {
    @Test("The official Python client runs, uploads and downloads at the gateway")
    func runsUploadsAndDownloads() throws {
        let python = try PythonEnvironment.python()
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
