import DequeModule
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("The queue of predictions")
struct QueueTests {
    let gate = Gate()

    private func run(
        with configuration: GatewayConfiguration = configured(), body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.run(
            workflows: [
                GatedWorkflow(id: "light", isComputing: false, gate: gate),
                GatedWorkflow(id: "heavy", isComputing: true, gate: gate), EchoWorkflow(),
            ], with: configuration, body: body)
    }

    @Test("Predictions start in the order of their creates and know their place in the queue")
    func predictionsStartInTheOrderTheyCame() async throws {
        try await run(with: configured { $0.workers = 2 }) { gateway in
            var ids: [String] = []
            for name in ["a", "b", "c", "d"] {
                ids.append(try await gateway.client.predictions.create("light", input: ["name": .string(name)]).id)
            }
            await gate.waitForStarts(2)
            #expect(Set(gate.started) == ["a", "b"])
            let first = try await gateway.client.predictions.get(ids[2])
            let second = try await gateway.client.predictions.get(ids[3])
            #expect(first.status == .waiting)
            #expect(first.progress.queueLength == 0)
            #expect(first.progress.eta == nil)
            #expect(second.progress.queueLength == 1)
            gate.open("b")
            await gate.waitForStarts(3)
            #expect(gate.started.last == "c")
            gate.open("a")
            await gate.waitForStarts(4)
            #expect(gate.started.last == "d")
            gate.open("c")
            gate.open("d")
            for id in ids { #expect(try await gateway.ended(id).status == .succeeded) }
        }
    }

    @Test("Computing predictions do not delay those that do not compute")
    func computingPredictionsDoNotHoldUpTheOthers() async throws {
        try await run(with: configured { $0.computingWorkers = 1 }) { gateway in
            for (workflow, name) in [("heavy", "h1"), ("heavy", "h2"), ("light", "l1")] {
                _ = try await gateway.client.predictions.create(workflow, input: ["name": .string(name)])
            }
            await gate.waitForStarts(2)
            #expect(Set(gate.started) == ["h1", "l1"])
            gate.open("h1")
            await gate.waitForStarts(3)
            #expect(gate.started.last == "h2")
        }
    }

    @Test("The estimated duration follows the durations of earlier predictions")
    func estimateFromExperience() async throws {
        try await run { gateway in
            let first = try await gateway.client.predictions.create("light", input: ["name": "a"])
            #expect(first.estimatedDuration == .seconds(4))
            await gate.waitForStarts(1)
            gateway.clock.advance(by: .seconds(1))
            #expect(try await gateway.client.predictions.get(first.id).progress.eta == .seconds(3))
            gateway.clock.advance(by: .seconds(13))
            gate.open("a")
            #expect(try await gateway.ended(first.id).metrics.predictTime == .seconds(14))
            // 0.7 · 4 s + 0.3 · 14 s
            let second = try await gateway.client.predictions.create("light", input: ["name": "b"])
            #expect(second.estimatedDuration == .seconds(7))
        }
    }

    @Test("A create is throttled when too many predictions are waiting")
    func tooManyWaitingAreThrottled() async throws {
        try await run(with: configured { ($0.workers, $0.maximumWaiting) = (1, 1) }) { gateway in
            for name in ["a", "b"] {
                _ = try await gateway.client.predictions.create("light", input: ["name": .string(name)])
            }
            let answer = try await gateway.call(
                .create, ["workflow_id": "light", "alias_id": "main", "inputs": ["name": "c"]])
            #expect(answer.status == 429)
            #expect(answer.code == "Throttled")
            let error = await #expect(throws: SpeedPixError.self) {
                try await gateway.client.predictions.create("light", input: ["name": "c"])
            }
            #expect(error?.code == .throttled)
        }
    }

    @Test("A create is throttled when the waiting inputs hold too many bytes")
    func inputsThatWaitAreBoundedInBytes() async throws {
        try await run(with: configured { ($0.workers, $0.maximumHeldBytes) = (1, 4000) }) { gateway in
            _ = try await gateway.client.predictions.create("light", input: ["name": "a"])
            let answer = try await gateway.call(
                .create,
                [
                    "workflow_id": "echo", "alias_id": "main",
                    "inputs": ["text": .string(String(repeating: "x", count: 4000))],
                ])
            #expect(answer.status == 429)
        }
    }

    @Test("The oldest finished predictions are removed when there are too many")
    func finishedPredictionsAreForgottenOldestFirst() async throws {
        try await run(with: configured { $0.maximumFinished = 2 }) { gateway in
            var ids: [String] = []
            for _ in 0..<3 {
                ids.append(try await gateway.echo([:]).id)
                _ = try? await gateway.ended(ids.last ?? "")
            }
            _ = try await gateway.echo([:])
            #expect(try await gateway.call(.progress, ["taskId": .string(ids[0])]).code == "TaskNotFound")
            #expect(try await gateway.call(.progress, ["taskId": .string(ids[2])]).code == nil)
        }
    }

    @Test("A finished prediction is removed after a day")
    func finishedPredictionsAreForgottenAfterADay() async throws {
        try await run { gateway in
            let old = try await gateway.echo([:])
            _ = try await gateway.ended(old.id)
            gateway.date.advance(by: .seconds(24 * 3600 + 1))
            _ = try await gateway.echo([:])
            #expect(try await gateway.call(.progress, ["taskId": .string(old.id)]).code == "TaskNotFound")
        }
    }

    @Test("Fifty predictions run at the same time")
    func fiftyPredictionsRunAtTheSameTime() async throws {
        try await run { gateway in
            let done = try await withThrowingTaskGroup(of: Prediction.Status.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await gateway.ended(gateway.echo(["duration": 1]).id).status }
                }
                for _ in 0..<20 {
                    await gateway.clock.waitForSleepers(50)
                    gateway.clock.advance(by: .milliseconds(50))
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(done == Array(repeating: .succeeded, count: 50))
        }
    }

    @Test("A queue keeps the order of its elements while some are removed")
    func queueKeepsItsOrder() {
        var fifo = Deque<Int>()
        var expected = 0
        for round in 0..<1000 {
            fifo.append(2 * round)
            fifo.append(2 * round + 1)
            #expect(fifo.first == expected)
            #expect(fifo.popFirst() == expected)
            expected += 1
        }
        while let next = fifo.popFirst() {
            #expect(next == expected)
            expected += 1
        }
        #expect(expected == 2000)
        #expect(fifo.count == 0)
    }
}
