import BenchmarkKit
import Foundation
import ProcessKit

/// What it takes to open the page for the first time.
let consolePageBenchmark = Benchmark(
    "gateway/console/page", "the console's page and all of its files, one after the other"
) {
    let source = Checkout.path("Sources/SpeedPixGateway/Console/Page")
    let index = "index.html"
    let names = try FileManager.default.contentsOfDirectory(atPath: source).filter { $0 != index && !$0.hasPrefix(".") }
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let gateway = try MeasuredServer.gateway(in: folder)
    defer { _ = try? gateway.stop() }
    let client = try await ConsoleClient(gateway, in: folder)

    func check(_ bytes: [UInt8], _ name: String) throws -> Int {
        guard try Array(Data(contentsOf: URL(filePath: "\(source)/\(name)"))) == bytes else {
            throw ChildProcess.Failure(message: "\(name) is another file at the gateway")
        }
        return bytes.count
    }
    let pageSize = try check(try await client.page(), index)
    var size = pageSize
    for name in names { size += try check(try await client.file(name), name) }

    var (alone, all) = ([Double](), [Double]())
    for _ in 0..<50 {
        let pageTime = try await Stopwatch.nanoseconds { _ = try await client.page() }
        let filesTime = try await Stopwatch.nanoseconds { for name in names { _ = try await client.file(name) } }
        alone.append(pageTime)
        all.append(pageTime + filesTime)
    }
    return [
        Figure("the page itself", Double(pageSize), .bytes),
        Figure("the page and its \(names.count) files", Double(size), .bytes),
        Figure("time of the page itself, median", Statistics.median(alone), .nanoseconds),
        Figure("time of the page and its files, median", Statistics.median(all), .nanoseconds),
    ]
}
