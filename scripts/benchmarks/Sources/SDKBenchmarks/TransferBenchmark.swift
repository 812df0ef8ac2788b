import BenchmarkKit
import Foundation
import ProcessKit
import SpeedPix
import Synchronization

/// Where files lie in memory: a disk, above all one that is shared, has a speed of its own, and each gigabyte that is
/// written makes the next one slower. Elsewhere than on Linux it is the folder for temporary files.
private let memory =
    FileManager.default.fileExists(atPath: "/dev/shm")
    ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory

/// 1 GiB up and down, against curl to and from the same gateway.
let transferBenchmark = Benchmark("sdk/transfer", "1 GiB up and down, against curl with the same gateway") {
    let size = 1 << 30
    let folder = memory.appending(path: "speedpix-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "gigabyte.bin").path
    _ = try ChildProcess.run("/bin/sh", ["-c", "head -c \(size) /dev/urandom > '\(file)'"])

    func curl(_ arguments: [String]) throws -> Double {
        let text = try ChildProcess.run(
            "/usr/bin/env", ["curl", "--silent", "--fail", "--write-out", "%{time_total}"] + arguments)
        guard let seconds = Double(text) else { throw ChildProcess.Failure(message: "curl printed \(text)") }
        return seconds
    }

    var up: (ours: Double, theirs: Double) = (.infinity, .infinity)
    var down = up
    var peak = 0.0
    // In turn, and the best of each: what is left when the machine had nothing else to do.
    for _ in 0..<8 {
        let gateway = try GatewayProcess(in: memory.path)
        defer { gateway.stop() }
        let target = try await SignedUpload.make(gateway.endpoint, file)
        up.theirs = min(
            up.theirs,
            try curl([
                "--output", "/dev/null", "--upload-file", file, "--header", "Content-Type: \(SignedUpload.type)",
                target.uploadURL,
            ]))
        let uploaded = try MeasuredClient.run(["upload", gateway.endpoint, file])
        up.ours = min(up.ours, uploaded.seconds)
        // Gone before the next one begins: memory that a virtual machine has not touched for a while is slow to get.
        let copy = folder.appending(path: "copy.bin")
        down.theirs = min(down.theirs, try curl(["--output", copy.path, target.accessURL]))
        try FileManager.default.removeItem(at: copy)
        let downloaded = try MeasuredClient.run(["download", gateway.endpoint, target.accessURL, copy.path])
        down.ours = min(down.ours, downloaded.seconds)
        try FileManager.default.removeItem(at: copy)
        peak = max(peak, uploaded.peakMemory, downloaded.peakMemory)
    }
    let bytes = Double(size)
    return [
        Figure(
            "bytes a second up", bytes / up.ours, .bytes, reference: bytes / up.theirs, target: .ratioAtLeast(0.8)),
        Figure(
            "bytes a second down", bytes / down.ours, .bytes, reference: bytes / down.theirs,
            target: .ratioAtLeast(0.8)),
        Figure("peak memory", peak, .bytes, target: .atMost(64 * 1024 * 1024)),
    ]
}

/// A signed upload that the client prepared and curl carries out: a middleware keeps the bytes from being sent.
private struct SignedUpload: ClientMiddleware {
    static let type = "application/octet-stream"
    private static let urls = Mutex("")

    var uploadURL = ""
    var accessURL = ""

    static func make(_ endpoint: String, _ path: String) async throws -> SignedUpload {
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint), middleware: [SignedUpload()])
        let file = try await client.files.upload(.path(path), contentType: type, reusing: false)
        return SignedUpload(uploadURL: urls.withLock { $0 }, accessURL: file.url)
    }

    func intercept(
        _ request: TransportRequest, operation: ClientOperation, next: Next
    ) async throws -> TransportResponse {
        guard operation == .upload else { return try await next(request) }
        Self.urls.withLock { $0 = request.url }
        return TransportResponse(status: .ok, headers: [:], body: AnyByteStream([]))
    }
}
