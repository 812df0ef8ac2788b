import Foundation

/// `speedpix serve` in a process of its own.
public struct GatewayProcess {
    /// Where it listens.
    public let endpoint: String
    private let process: ChildProcess
    private let folder: URL

    /// With the key `key`, the secret `secret` and a folder of its own for files.
    ///
    /// - Parameters:
    ///   - parent: Where that folder is made; nil for where temporary files are.
    ///   - predictions: How many run at the same time.
    public init(in parent: String? = nil, predictions: Int = 64) throws {
        let parent = parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        folder = parent.appending(path: "speedpix-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process = try ChildProcess(
            try Tool.speedpix.path,
            [
                "serve", "--port", "0", "--app-key", "key", "--app-secret", "secret", "--data", folder.path,
                "--workers", "\(predictions)",
            ])
        let words = try process.nextLine().split(separator: " ")
        guard let url = words.first(where: { $0.hasPrefix("http") }) else {
            throw ChildProcess.Failure(message: "the gateway did not start")
        }
        endpoint = String(url)
    }

    /// Ends it and removes its files.
    public func stop() {
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }
}
