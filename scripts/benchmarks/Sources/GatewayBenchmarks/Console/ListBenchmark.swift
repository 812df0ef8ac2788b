import BenchmarkKit
import ProcessKit
import SpeedPix

/// Whether the console's wall of pictures is there at once, however many predictions there are.
let consoleListBenchmark = Benchmark(
    "gateway/console/list", "pages of 60 of the console's list with 100,000 predictions in the store, against 100"
) {
    // In memory: how long a disk takes is another figure.
    let (fewFolder, manyFolder) = (
        try ScratchFolder(in: ScratchFolder.memory), try ScratchFolder(in: ScratchFolder.memory)
    )
    defer {
        fewFolder.remove()
        manyFolder.remove()
    }
    try await StoredPredictions.fill(fewFolder, count: 100, input: input)
    try await StoredPredictions.fill(manyFolder, count: 100_000, input: input)
    let fewGateway = try MeasuredServer.gateway(in: fewFolder)
    defer { _ = try? fewGateway.stop() }
    let manyGateway = try MeasuredServer.gateway(in: manyFolder)
    defer { _ = try? manyGateway.stop() }
    let few = try await ConsoleClient(fewGateway, in: fewFolder)
    let many = try await ConsoleClient(manyGateway, in: manyFolder)
    var figures: [Figure] = []
    for part in parts {
        var (times, references) = ([Double](), [Double]())
        for round in 0..<55 {
            let time = try await answerTime(part.many, many, count: part.count)
            let reference = try await answerTime(part.few, few, count: part.count)
            // The first ones open connections, and read what later ones find in memory.
            guard round >= 5 else { continue }
            times.append(time)
            references.append(reference)
        }
        figures.append(
            Figure(
                "\(part.label), median", Statistics.median(times), .nanoseconds,
                reference: Statistics.median(references), target: .atMost(100e6)))
    }
    figures.append(Figure("bytes of the first page", Double(try await many.predictions("limit=60").count), .bytes))
    return figures
}

/// A picture and a prompt, as predictions have them.
private let input: [String: InputValue] = [
    "image": .path(Checkout.path("examples/assets/dahlia.jpg")),
    "text": .string(
        """
        A dark red dahlia in a plain stoneware vase on an old oak table beside a window, soft morning light from the left, \
        a grey linen cloth under the vase, a few petals fallen onto the table. Shallow depth of field, muted colours, fine \
        grain, photographed from a little above with a long lens; no text, no people.
        """),
]

/// A part of the list.
private struct ListPart {
    var label: String
    /// What is asked of the gateway with many predictions.
    var many: String
    /// What the other one is asked for, which is of the same size.
    var few: String
    /// How many predictions are in it.
    var count: Int
}

private let parts = [
    ListPart(label: "first page", many: "limit=60", few: "limit=60", count: 60),
    ListPart(label: "at offset 99,000", many: "limit=60&offset=99000", few: "limit=60&offset=40", count: 60),
    ListPart(label: "60 that are marked good", many: "limit=60&mark=good", few: "limit=60&mark=good", count: 60),
    // All that can be searched is read for it.
    ListPart(
        label: "a search that finds nothing", many: "limit=60&text=kingfisher", few: "limit=60&text=kingfisher",
        count: 0),
]

/// Nanoseconds until an answer has arrived.
private func answerTime(_ query: String, _ client: ConsoleClient, count: Int) async throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    let answer = try await client.predictions(query)
    let time = Stopwatch.nanoseconds(clock.now - start)
    guard try ConsoleClient.data(of: answer)["predictions"]?.arrayValue?.count == count else {
        throw ChildProcess.Failure(message: "the list \(query) has not \(count) predictions")
    }
    return time
}
