import Foundation
import SpeedPix
import SpeedPixTesting
import Testing

@testable import CatalogueBatch

@Suite("A batch of products", .timeLimit(.minutes(1)))
struct BatchTests {
    private let products = (1...500).map { Product(name: "\($0)", prompt: "lamp \($0)") }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("500 products give 500 files, and each is created once")
    func all() async throws {
        try await inFolder { folder in
            let (client, stub) = SpeedPixClient.stubbed()
            stub.on("text-to-image", .progress(0.5), .succeed(output: ["images": stub.file([7], named: "a.png")]))
            let failures = try await Batch(client: client, folder: folder).run(products)
            #expect(failures.isEmpty)
            #expect(stub.predictions.count == 500)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(Set(names) == Set(products.map { "\($0.name).png" }))
        }
    }

    @Test("Products that fail are returned in order, and the others are made")
    func failures() async throws {
        try await inFolder { folder in
            let (client, stub) = SpeedPixClient.stubbed()
            let file = stub.file([7], named: "a.png")
            stub.on("text-to-image") { prediction in
                prediction.input["prompt"]?.stringValue?.hasSuffix("7") == true
                    ? [.fail("no lamp")] : [.succeed(output: ["images": file])]
            }
            let batch = Batch(client: client, folder: folder)
            let failures = try await batch.run(Array(products.prefix(30)))
            #expect(failures.map(\.product.name) == ["7", "17", "27"])
            #expect(failures.map(\.error.code) == [.predictionFailed, .predictionFailed, .predictionFailed])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 27)
        }
    }

    @Test("A cancelled batch creates nothing more")
    func cancellation() async throws {
        try await inFolder { folder in
            let (client, stub) = SpeedPixClient.stubbed()
            stub.on("text-to-image", .fault(.silence))
            let batch = Batch(client: client, folder: folder)
            let run = Task { try await batch.run(products) }
            await stub.waitForCalls(of: .progress, count: 16)
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(stub.predictions.count == 16)
        }
    }
}
