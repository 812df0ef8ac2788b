import Foundation
import ProcessKit

/// Batches of one script over NATS, one after the other.
struct MeasuredQueue {
    private let folder: ScratchFolder
    private let nats: NATSProcess
    private let script: String
    private let environment: [String: String]

    /// - Parameters:
    ///   - script: What runs for each row; it has the parameter `text`.
    ///   - endpoint: The service; nil for one that is never called.
    init(script: String, endpoint: String? = nil) throws {
        folder = try ScratchFolder()
        nats = try NATSProcess(in: folder.path + "/nats")
        self.script = try folder.write(script, to: "row.lua")
        var environment = ScratchFolder.credentials
        environment["SPEEDPIX_ENDPOINT"] = endpoint ?? environment["SPEEDPIX_ENDPOINT"]
        self.environment = environment
    }

    /// Has new workers do a new batch, and returns what they and the program that follows it took.
    ///
    /// - Parameter concurrency: How many rows each worker does at once.
    func run(
        rows: Int, workers: Int, concurrency: Int = 8
    ) throws -> (batch: ProcessCost, workers: [ProcessCost]) {
        let name = "rows-\(rows)"
        let table = try folder.write("text\n" + (1...rows).map { "product \($0)\n" }.joined(), to: "\(name).csv")
        let running = try (0..<workers).map { number in
            let worker = "worker-\(number)-of-\(name)"
            return try start(
                worker,
                [
                    "worker", "--worker", worker, "--trust", "any", "--concurrency", "\(concurrency)",
                    "--out", "\(folder.path)/out",
                ])
        }
        let batch = Result { try start(name, ["batch", script, table, "--name", name, "-q"]).finish() }
        // Whatever became of the batch: they would run for ever.
        for worker in running { worker.terminate() }
        return (try batch.get(), try running.map { try $0.finish() })
    }

    /// Starts a command with a home and a journal of its own.
    private func start(_ name: String, _ arguments: [String]) throws -> MeasuredProcess {
        let home = "\(folder.path)/\(name)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        return try MeasuredProcess(
            try Tool.speedpix.path, arguments + ["--queue", nats.url],
            environment: environment.merging(["HOME": home, "SPEEDPIX_STATE": "\(home)/state"]) { $1 }, isSilent: true)
    }

    /// Ends NATS, and removes all files.
    func remove() {
        nats.stop()
        folder.remove()
    }
}
