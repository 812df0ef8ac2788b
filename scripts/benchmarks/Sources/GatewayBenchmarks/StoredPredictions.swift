import ProcessKit
import SpeedPix

/// Predictions that have ended, in the store of a gateway that does not run.
enum StoredPredictions {
    /// Has a gateway end one prediction of `echo`, and copies it. The copies have the ids `stored-1` to `stored-COUNT`.
    ///
    /// - Parameters:
    ///   - folder: Where the gateway has its data.
    ///   - count: How many copies there are; 60 or more.
    ///   - input: Of the prediction.
    static func fill(_ folder: ScratchFolder, count: Int, input: [String: InputValue]) async throws {
        let gateway = try MeasuredServer.gateway(in: folder)
        defer { _ = try? gateway.stop() }
        let client = try MeasuredClient.client(of: gateway.endpoint)
        let first = try await client.run("echo", input: input)
        try gateway.stop()
        _ = try ChildProcess.run(
            try Tool.python.path,
            ["stored_predictions.py", "\(folder.path)/speedpix-gateway/gateway.sqlite", first.id, "\(count)"])
    }
}
