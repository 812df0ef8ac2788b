import BenchmarkKit
import Foundation
import ProcessKit

/// What a batch adds to a row, and whether its memory grows with the rows.
let batchBenchmark = Benchmark(
    "command/batch", "20,000 rows of one create and one save: `batch` against the same rows in one `map`"
) {
    // In memory: how long a disk takes is another figure, and eight rows at a time wait for it most of their time.
    let memory = ScratchFolder.memory
    let width = 64
    let folder = try ScratchFolder(in: memory)
    let gateway = try GatewayProcess(in: memory)
    defer {
        gateway.stop()
        folder.remove()
    }
    // Uploaded once for all rows: both sides create, poll and download for each.
    let photo = try folder.write("photo", to: "photo.txt")
    let body = """
        local function product(text)
          local out = run("echo", { text = text, image = "\(photo)", duration = 0 })
          out.images:save("\(folder.path)/out/" .. text .. ".txt")
          return { said = out.text }
        end

        """
    let row = try folder.write(
        "local p = speedpix.params { text = { required = true } }\n\(body)return product(p.text)\n", to: "row.lua")
    let map = try folder.write(
        """
        \(body)
        speedpix.map(csv.read("\(folder.path)/20000.csv"), function(row) return product(row.text) end, { concurrency = \(width) })

        """, to: "map.lua")
    // Rows without a prediction: what is left is the batch's own, and the state that the row runs in.
    let plainRow = try folder.write(
        "local p = speedpix.params { text = { required = true } }\nreturn { said = p.text }\n", to: "plain.lua")
    let plainMap = try folder.write(
        """
        speedpix.map(csv.read("\(folder.path)/20000.csv"), function(row) return { said = row.text } end, { concurrency = \(width) })

        """, to: "plain-map.lua")
    for count in [2000, 20000] {
        let rows = (1...count).map { "product \($0)\n" }.joined()
        _ = try folder.write("text\n\(rows)", to: "\(count).csv")
    }
    var environment = ScratchFolder.credentials
    environment["SPEEDPIX_ENDPOINT"] = gateway.endpoint
    environment["SPEEDPIX_STATE"] = "\(folder.path)/state"
    environment["HOME"] = folder.path
    let sandbox = ["--allow-read", folder.path, "--allow-write", folder.path, "-q"]
    func measure(_ arguments: [String]) throws -> ProcessCost {
        // Files that lie there already would not be downloaded.
        try? FileManager.default.removeItem(atPath: "\(folder.path)/out")
        return try ProcessCost.measure(
            try Tool.speedpix.path, arguments + sandbox, environment: environment, isSilent: true)
    }
    func batch(_ count: Int, _ script: String) throws -> ProcessCost {
        let table = "\(folder.path)/\(count).csv"
        try? FileManager.default.removeItem(atPath: "\(folder.path)/\(count)-results.csv")
        return try measure(["batch", script, table, "--concurrency", "\(width)"])
    }
    let plain = try batch(20000, plainRow)
    let plainMapped = try measure(["run", plainMap])
    let few = try batch(2000, row)
    let many = try batch(20000, row)
    let mapped = try measure(["run", map])
    let rows = 20000.0
    return [
        Figure("memory of 20,000 rows", many.peakMemory, .bytes, target: .atMost(200e6)),
        Figure(
            "the same beside 2,000 rows", many.peakMemory, .bytes, reference: few.peakMemory, target: .ratioAtMost(1.25)
        ),
        Figure(
            "CPU time of a row", many.cpuSeconds / rows * 1e9, .nanoseconds, reference: mapped.cpuSeconds / rows * 1e9),
        Figure(
            "what the batch adds to a row without a prediction",
            (plain.cpuSeconds - plainMapped.cpuSeconds) / rows * 1e9, .nanoseconds, target: .atMost(0.5e6)),
        Figure(
            "what the batch adds to a row with one", (many.cpuSeconds - mapped.cpuSeconds) / rows * 1e9, .nanoseconds,
            target: .atMost(0.5e6)),
    ]
}
