import Foundation
import ProcessKit

/// A server that is measured: it prints a line with its URL when it is ready, and runs until it is told to end.
final class MeasuredServer {
    /// Where it listens.
    let endpoint: String
    private let process: MeasuredProcess
    /// Open as long as it runs: to print into a pipe that nobody reads would end it.
    private let output: Pipe
    private var cost: ProcessCost?

    private init(_ program: String, _ arguments: [String], in folder: ScratchFolder) throws {
        let output = Pipe()
        let process = try MeasuredProcess(
            program, arguments, environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path],
            output: output.fileHandleForWriting.fileDescriptor)
        // Otherwise the end of what it prints would not be seen.
        try output.fileHandleForWriting.close()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard let url = words.first(where: { $0.hasPrefix("http") }) else {
            _ = try process.stop()
            throw ChildProcess.Failure(message: "\(program) did not start")
        }
        self.output = output
        self.process = process
        endpoint = String(url)
    }

    /// What it takes of one core: its CPU seconds for each second of a span that begins now. Not to be called after ``stop()``.
    func load(for span: Duration) async throws -> Double {
        let clock = ContinuousClock()
        let (cpuSeconds, start) = (try process.cpuSeconds, clock.now)
        try await clock.sleep(for: span)
        return (try process.cpuSeconds - cpuSeconds) / ((clock.now - start) / .seconds(1))
    }

    /// Tells it to end, and waits until it has. To be called as often as one likes.
    ///
    /// - Returns: What it took from its start on.
    @discardableResult
    func stop() throws -> ProcessCost {
        if let cost { return cost }
        let cost = try process.stop()
        self.cost = cost
        return cost
    }

    /// `speedpix serve` with its data in `folder`.
    static func gateway(in folder: ScratchFolder, _ more: [String] = ["--comfyui", "none"]) throws -> MeasuredServer {
        try MeasuredServer(
            try Tool.speedpix.path,
            [
                "serve", "--port", "0", "--app-key", "key", "--app-secret", "secret", "--data", folder.path,
                "--workers", "64",
            ] + more, in: folder)
    }

    /// Echo predictions by FastAPI, with its data in `folder`.
    static func fastAPI(in folder: ScratchFolder) throws -> MeasuredServer {
        try MeasuredServer(try Tool.python.path, ["fastapi_gateway.py", folder.path], in: folder)
    }

    /// A ComfyUI that answers at once.
    ///
    /// - Parameter bytes: Of each result.
    static func comfyUI(bytes: Int, in folder: ScratchFolder) throws -> MeasuredServer {
        try MeasuredServer(try Tool.python.path, ["comfyui_stub.py", "\(bytes)"], in: folder)
    }

    /// `speedpix serve` before a ComfyUI that answers at once, of whose only node the workflow `zeros` is published.
    static func gateway(in folder: ScratchFolder, before comfyUI: MeasuredServer) throws -> MeasuredServer {
        let gateway = try gateway(in: folder, ["--comfyui", comfyUI.endpoint, "--per-server", "64"])
        do {
            let graph = try folder.write(#"{"1":{"class_type":"Zeros","inputs":{"seed":0}}}"#, to: "zeros.json")
            _ = try ChildProcess.run(
                try Tool.speedpix.path,
                [
                    "workflows", "publish", graph, "--id", "zeros", "--alias", "main", "--input", "seed=1.seed",
                    "--output", "images=1.images", "--no-try", "--data", folder.path, "--comfyui", comfyUI.endpoint,
                ])
            return gateway
        } catch {
            try gateway.stop()
            throw error
        }
    }
}
