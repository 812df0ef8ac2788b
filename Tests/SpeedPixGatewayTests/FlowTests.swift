import SpeedPix
import Testing

@Suite("The echo workflow from create to result")
struct FlowTests {
    @Test("An echo prediction reports progress and returns its inputs")
    func progressAndOutput() async throws {
        try await TestGateway.run { gateway in
            let created = try await gateway.echo([
                "duration": 10, "text": "hello", "data": ["a": [1, nil, "x"]],
            ])
            #expect([.waiting, .running].contains(created.status))
            for _ in 0..<10 {
                await gateway.clock.waitForSleepers(1)
                gateway.clock.advance(by: .milliseconds(500))
            }
            await gateway.clock.waitForSleepers(1)
            let half = try await gateway.client.predictions.get(created.id)
            #expect(half.status == .running)
            #expect(half.progress.fraction == 0.5)
            #expect(half.progress.eta == .seconds(5))
            #expect(half.progress.step == "waiting")
            for _ in 0..<10 {
                await gateway.clock.waitForSleepers(1)
                gateway.clock.advance(by: .milliseconds(500))
            }
            let done = try await gateway.ended(created.id)
            #expect(done.status == .succeeded)
            #expect(done.output?["text"] == "hello")
            #expect(done.output?["data"] == ["a": [1, nil, "x"]])
            #expect(done.info == ["message": "echoed after 10 s"])
            #expect(done.metrics.predictTime == .seconds(10))
        }
    }
}
