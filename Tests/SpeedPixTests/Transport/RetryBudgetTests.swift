import SpeedPixTestSupport
import Testing

@testable import SpeedPix

@Suite("The retry budget")
struct RetryBudgetTests {
    @Test("The retry budget is used up by retries and refilled by successes")
    func usedUpAndRefilled() {
        var budget = RetryBudget()
        for _ in 0..<100 {
            let isPaid = budget.spend(RetryBudget.cost)
            #expect(isPaid)
        }
        var isPaid = budget.spend(RetryBudget.cost)
        #expect(!isPaid)
        for _ in 0..<5 { budget.succeeded(cost: 0) }
        isPaid = budget.spend(RetryBudget.cost)
        #expect(isPaid)
        budget.succeeded(cost: RetryBudget.timeoutCost)
        #expect(budget.tokens == 10)
        for _ in 0..<1000 { budget.succeeded(cost: 0) }
        #expect(budget.tokens == RetryBudget.capacity)
    }

    /// When the whole service is down, calls soon fail at their first try.
    @Test("A client stops retrying when its retry budget is used up")
    func aClientWhoseServiceIsDownStopsRetrying() async throws {
        let service = try ScriptedService(then: .text("", status: 503))
        for _ in 0..<50 { _ = try? await service.predictions.get("t-1") }
        // 50 first tries, and 100 retries at 5 of the 500 tokens.
        #expect(service.requests.count == 150)
        _ = try? await service.predictions.get("t-1")
        #expect(service.requests.count == 151)
    }

    @Test("Each client has a retry budget of its own")
    func budgetsAreSeparate() async throws {
        let (down, up) = (
            try ScriptedService(then: .text("", status: 503)), try ScriptedService(.reset, .progress("running"))
        )
        for _ in 0..<50 { _ = try? await down.predictions.get("t-1") }
        #expect(try await up.predictions.get("t-1").status == .running)
    }

    /// A run's deadline bounds its create's retries, too.
    @Test("A create is not retried after the timeout of its run")
    func noTryBeginsAfterTheDeadline() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(
            then: .text("", status: 429, headers: [.retryAfter: "8"]), clock: clock)
        let options = RunOptions(wait: WaitOptions(timeout: .seconds(12)))
        let error = try await speedPixError {
            try await service.predictions.run("wf-1", input: [:], options: options)
        }
        #expect(error.code == .throttled)
        #expect(service.requests.count == 2)
        #expect(clock.now.offset <= .seconds(12))
    }
}
