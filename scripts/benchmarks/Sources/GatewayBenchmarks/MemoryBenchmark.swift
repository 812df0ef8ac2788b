import BenchmarkKit
import ProcessKit

/// Whether the gateway's memory grows with what goes through it.
let memoryBenchmark = Benchmark(
    "gateway/memory",
    "peak memory with 64 uploads of 10 MiB at once, and 64 results of 100 MB from ComfyUI (6.4 GB on disk)"
) {
    [
        Figure("64 uploads of 10 MiB at once", try peakOfUploads(64, bytes: 10 << 20), .bytes, target: .atMost(100e6)),
        Figure(
            "64 results of 100 MB at once", try peakOfResults(64, bytes: 100_000_000), .bytes, target: .atMost(100e6)),
    ]
}

private func peakOfUploads(_ count: Int, bytes: Int) throws -> Double {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let file = "\(folder.path)/upload.bin"
    _ = try ChildProcess.run("/bin/sh", ["-c", "head -c \(bytes) /dev/urandom > '\(file)'"])
    let gateway = try MeasuredServer.gateway(in: folder)
    defer { _ = try? gateway.stop() }
    try MeasuredClient.run(["uploads", gateway.endpoint, "\(count)", file])
    return try gateway.stop().peakMemory
}

private func peakOfResults(_ count: Int, bytes: Int) throws -> Double {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let comfyUI = try MeasuredServer.comfyUI(bytes: bytes, in: folder)
    defer { _ = try? comfyUI.stop() }
    let gateway = try MeasuredServer.gateway(in: folder, before: comfyUI)
    defer { _ = try? gateway.stop() }
    try MeasuredClient.run(["results", gateway.endpoint, "\(count)", "\(bytes)"])
    return try gateway.stop().peakMemory
}
