import BenchmarkKit
import Foundation

/// What live progress costs while a thousand predictions run at once.
let progressBenchmark = Benchmark(
    "command/progress", "CPU time of `run` with 1,000 concurrent predictions: live progress against none"
) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "speedpix-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = """
        local list = {}
        for i = 1, 1000 do list[i] = i end
        speedpix.map(list, function() return run("echo", { duration = 8 }) end, { concurrency = 1000 })
        """
    try Data(script.utf8).write(to: folder.appending(path: "many.lua"))

    let server = Process()
    let output = Pipe()
    server.executableURL = URL(filePath: try MeasuredCommand.program)
    server.arguments = ["serve", "--port", "0", "--app-key", "key", "--app-secret", "secret"]
    server.currentDirectoryURL = folder
    server.standardOutput = output
    try server.run()
    defer {
        server.interrupt()
        server.waitUntilExit()
    }
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let endpoint = line.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("http") }) else {
        throw MeasuredCommand.Failure(message: "the gateway did not start")
    }
    let environment = [
        "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": String(endpoint),
        "TERM": "xterm", "LANG": "C.UTF-8",
    ]
    func cpu(_ mode: String) throws -> Double {
        try MeasuredCommand.cpuSeconds(
            ["run", "many.lua", "--progress", mode], environment: environment, folder: folder)
    }
    // In turn, and the least of each: what is left when the machine had nothing else to do.
    var (live, none) = (Double.infinity, Double.infinity)
    for _ in 0..<3 {
        live = min(live, try cpu("tty"))
        none = min(none, try cpu("none"))
    }
    return [
        Figure(
            "CPU time with live progress", live * 1e9, .nanoseconds, reference: none * 1e9,
            // At most 5 % of what the client takes with it.
            target: .ratioAtMost(1 / 0.95))
    ]
}
