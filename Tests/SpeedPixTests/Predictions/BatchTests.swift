import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Typed predictions and batches")
struct BatchTests {
    private struct Named: Decodable, Sendable {
        var name: String
        var info: String?
    }

    /// A service that knows how each prediction ends.
    private func service(_ ends: [String: String]) throws -> ScriptedService {
        try ScriptedService(
            then: .choosing { request in
                let id = request.json["taskId"]?.stringValue ?? ""
                let end = ends[id] ?? "running"
                var answer: [String: JSONValue] = [
                    "taskId": .string(id), "status": .string(end == "wrong" ? "succeeded" : end),
                ]
                if request.path.hasSuffix("result") {
                    answer["result"] = end == "wrong" ? ["title": "x"] : ["name": .string("name of \(id)")]
                    answer["taskDuration"] = 1500
                }
                return .ok(.object(answer))
            })
    }

    private func typed(_ ids: [String], _ service: ScriptedService) -> [TypedPrediction<Named>] {
        ids.map { TypedPrediction(Prediction(id: $0), of: service.predictions) }
    }

    private static let ends = ["a": "succeeded", "b": "failed", "c": "wrong", "d": "succeeded"]

    private func check(_ results: [Result<TypedPrediction<Named>.Succeeded, any Error>]) throws {
        let first = try results[0].get()
        #expect(first.id == "a" && first.name == "name of a" && first.output.name == first.name)
        #expect(first.metrics.predictTime == .milliseconds(1500))
        let failed = try #require(throws: SpeedPixError.self) { try results[1].get() }
        #expect(failed.code == .predictionFailed && failed.prediction?.id == "b")
        let wrong = try #require(throws: SpeedPixError.self) { try results[2].get() }
        #expect(wrong.code == .invalidResponse && wrong.prediction?.id == "c")
        #expect(try results[3].get().id == "d")
    }

    @Test("A typed batch has a result with its output for each prediction, in order")
    func waitForAll() async throws {
        let service = try service(Self.ends)
        try check(try await service.predictions.wait(forAll: typed(["a", "b", "c", "d"], service)))
    }

    @Test("A typed batch tells each prediction as it ends")
    func completed() async throws {
        let service = try service(Self.ends)
        var results: [Int: Result<TypedPrediction<Named>.Succeeded, any Error>] = [:]
        for try await done in service.predictions.completed(of: typed(["a", "b", "c", "d"], service)) {
            results[done.index] = done.result
        }
        try check((0..<4).compactMap { results[$0] })
    }

    @Test("A typed prediction has updates, and can be canceled")
    func updatesAndCancel() async throws {
        let service = try service(Self.ends)
        let prediction = try #require(typed(["a"], service).first)
        var last: Prediction?
        for try await seen in service.predictions.updates(of: prediction) { last = seen }
        #expect(try last?.output(as: Named.self).name == "name of a")
        let scripted = try ScriptedService(.ok(["status": "canceled"]))
        let ended = try await scripted.predictions.cancel(prediction)
        #expect(ended.prediction.status == .canceled && ended.id == "a")
    }

    @Test("An output is decoded with the files that can be saved")
    func outputAsType() async throws {
        let service = try ScriptedService(.progress("succeeded"), .result, then: .text("bytes"))
        let done = try await service.wait()
        struct Pictures: Decodable { var image: ImageFile }
        let picture = try done.output(as: Pictures.self, files: service.files).image
        #expect(try await picture.read() == Array("bytes".utf8))
        let error = try speedPixError { try Prediction(id: "x").output(as: Pictures.self) }
        #expect(error.code == .invalidResponse && error.prediction?.id == "x")
    }

    // MARK: The sequence

    @TaskLocal private static var mark = 0

    @Test("A batch begins with the first next, with the priority and task-local values of the task that iterates")
    func beginsWhenIterated() async throws {
        let seen = Mutex<[(mark: Int, priority: TaskPriority)]>([])
        let service = try ScriptedService(
            then: ScriptedReply("notes") { request in
                seen.withLock { $0.append((Self.mark, Task.currentPriority)) }
                let answer: ScriptedReply = request.path.hasSuffix("result") ? .result : .progress("succeeded")
                return try await answer.respond(request)
            })
        let batch = Self.$mark.withValue(1) { service.predictions.completed(of: [Prediction(id: "a")]) }
        var iterator = batch.makeAsyncIterator()
        #expect(service.requests.isEmpty)
        try await Task(priority: .low) {
            try await Self.$mark.withValue(2) {
                let first = try await batch.first { _ in true }
                #expect(first?.index == 0)
            }
        }.value
        #expect(seen.withLock { $0.map(\.mark) } == [2, 2])
        #expect(try await iterator.next()?.index == 0)
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
        #expect(service.requests.count == 4)
    }

    @Test("A cancelled loop over a batch throws CancellationError")
    func cancelledLoop() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(clock: clock)
        let batch = service.predictions.completed(of: [Prediction(id: "a"), Prediction(id: "b")])
        let task = Task { for try await _ in batch {} }
        await clock.waitForSleepers(1)
        #expect(service.predictions.waitingCount > 0)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while service.predictions.waitingCount > 0 { await Task.yield() }
        #expect(service.requests.isEmpty)
    }

    @Test("Leaving a loop over a batch ends the waiting")
    func leavingTheLoop() async throws {
        let service = try service(["a": "succeeded"])
        let predictions = ["a", "b"].map(Prediction.init)
        for try await done in service.predictions.completed(of: predictions) {
            #expect(done.index == 0)
            break
        }
        while service.predictions.waitingCount > 0 { await Task.yield() }
        let count = service.requests.count
        for _ in 0..<100 { await Task.yield() }
        #expect(service.requests.count <= count + 1)
    }
}
