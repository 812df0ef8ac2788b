import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("A prediction's way through ComfyUI")
struct PromptRunTests {
    private let first = PromptRun.Attempt(server: "a", promptID: "1")
    private let second = PromptRun.Attempt(server: "b", promptID: "2")

    private let unsent = ComfyUIError(.unreachable, "connection refused", mayHaveTakenEffect: false)
    private let lost = ComfyUIError(.lostAnswer, "the connection was closed", mayHaveTakenEffect: true)
    private let failure = PromptEnd.failed(ComfyUIFailure(["node_id": "3", "exception_message": "bad shape"]))

    /// A run, and the time that it is told.
    private struct Driver {
        var run = PromptRun()
        var now = Duration.zero

        mutating func tell(_ event: PromptRun.Event, after pause: Duration = .zero) -> [PromptRun.Action] {
            now += pause
            return run.handle(event, at: now)
        }

        /// Moves the time to the deadline.
        mutating func wait() throws -> [PromptRun.Action] {
            now = max(now, try #require(run.deadline))
            return run.handle(.time, at: now)
        }
    }

    /// Assigned, recorded and posted.
    private func posted(_ attempt: PromptRun.Attempt? = nil) -> Driver {
        var driver = Driver()
        let attempt = attempt ?? first
        let begun = driver.run.begin(recorded: [], at: driver.now)
        #expect(begun == [.assign(avoiding: [])])
        let assigned = driver.tell(.assigned(attempt))
        #expect(assigned == [.record(attempt)])
        let recorded = driver.tell(.recorded)
        #expect(recorded == [.submit(attempt)])
        return driver
    }

    private func following() -> Driver {
        var driver = posted()
        let submitted = driver.tell(.submitted(leftOut: nil))
        #expect(submitted.isEmpty)
        return driver
    }

    private func fetching() -> Driver {
        var driver = following()
        let ended = driver.tell(.ended(.success))
        #expect(ended == [.fetch(first)])
        return driver
    }

    @Test("Success: recorded, posted once, followed, fetched")
    func success() {
        var driver = fetching()
        let end = driver.tell(.fetched)
        #expect(end == [.end(.succeeded(first))])
        #expect(driver.run.deadline == nil)
        let late = driver.tell(.ended(.success))
        #expect(late.isEmpty)
    }

    @Test("A failure of a node: failed at once, and not run again")
    func nodeFailure() {
        var driver = following()
        let end = driver.tell(.ended(failure))
        #expect(end == [.end(.failed("node 3: bad shape"))])
    }

    @Test("Stopped in ComfyUI's page: canceled")
    func interrupted() {
        var driver = following()
        let end = driver.tell(.sighted(.ended(.interrupted(node: "3"))))
        #expect(end == [.end(.canceled)])
    }

    // MARK: Posting

    @Test("A lost answer: looked for twice, a second apart, and only then posted again with the same id")
    func lostAnswer() throws {
        var driver = posted()
        var actions = driver.tell(.notSubmitted(lost))
        #expect(actions == [.look(first)])
        actions = driver.tell(.sighted(.nowhere))
        #expect(actions.isEmpty)
        actions = driver.tell(.time, after: .milliseconds(999))
        #expect(actions.isEmpty)
        actions = driver.tell(.time, after: .milliseconds(1))
        #expect(actions == [.look(first)])
        actions = driver.tell(.sighted(.nowhere))
        #expect(actions == [.submit(first)])
    }

    @Test(
        "A lost answer of a prompt that is there: never posted again",
        arguments: [PromptRun.Sighting.waiting, .running])
    func foundAfterLostAnswer(_ sighting: PromptRun.Sighting) throws {
        var driver = posted()
        _ = driver.tell(.notSubmitted(lost))
        _ = driver.tell(.sighted(.nowhere))
        _ = try driver.wait()
        var actions = driver.tell(.sighted(sighting))
        #expect(actions.isEmpty)
        actions = driver.tell(.ended(.success))
        #expect(actions == [.fetch(first)])
    }

    @Test("A lost answer of a prompt that has ended: fetched")
    func endedAfterLostAnswer() {
        var driver = posted()
        _ = driver.tell(.notSubmitted(lost))
        let actions = driver.tell(.sighted(.ended(.success)))
        #expect(actions == [.fetch(first)])
    }

    @Test("Answers that are lost again and again: three posts, then another server, then failed")
    func manyLostAnswers() throws {
        var driver = posted()
        var submits = 1
        for attempt in [first, second] {
            var actions: [PromptRun.Action] = []
            for _ in 0..<3 {
                _ = driver.tell(.notSubmitted(lost))
                _ = driver.tell(.sighted(.nowhere))
                _ = try driver.wait()
                actions = driver.tell(.sighted(.nowhere))
                if actions == [.submit(attempt)] { submits += 1 }
            }
            if attempt == first {
                #expect(actions == [.assign(avoiding: ["a"])])
                _ = driver.tell(.assigned(second))
                _ = driver.tell(.recorded)
                submits += 1
            } else {
                guard case .end(.failed(let message)) = try #require(actions.first) else {
                    Issue.record("it did not end: \(actions)")
                    return
                }
                #expect(message.contains("without an answer"))
            }
        }
        #expect(submits == 6)
    }

    @Test("A server that says why it does not take the prompt: in its words")
    func answeredFailures() throws {
        let error = ComfyUIError(.refused, "a: HTTP 500: disk full", status: 500, mayHaveTakenEffect: true)
        var driver = posted()
        var actions: [PromptRun.Action] = []
        for attempt in [first, second] {
            for _ in 0..<3 {
                _ = driver.tell(.notSubmitted(error))
                _ = driver.tell(.sighted(.nowhere))
                _ = try driver.wait()
                actions = driver.tell(.sighted(.nowhere))
            }
            guard attempt == first else { continue }
            #expect(actions == [.assign(avoiding: ["a"])])
            _ = driver.tell(.assigned(second))
            _ = driver.tell(.recorded)
        }
        #expect(actions == [.end(.failed("a: HTTP 500: disk full"))])
    }

    @Test("Nothing sent: another server, as often as it takes, and no trace on the disk")
    func unreachable() {
        var driver = posted()
        for _ in 0..<5 {
            var actions = driver.tell(.notSubmitted(unsent))
            #expect(actions == [.discard(first), .assign(avoiding: ["a"])])
            _ = driver.tell(.assigned(first))
            actions = driver.tell(.recorded)
            #expect(actions == [.submit(first)])
        }
    }

    private func refused(_ answer: JSONValue) -> ComfyUIError {
        ComfyUIError(
            .refused, "refused", status: 400, refusal: PromptRefusal(answer: answer, prompt: [:]),
            mayHaveTakenEffect: false)
    }

    @Test("A refusal: failed, unless another server may have what is missing")
    func refusals() {
        let number: JSONValue = ["errors": [["type": "value_smaller_than_min"]]]
        let file: JSONValue = ["errors": [["type": "value_not_in_list"]]]
        var driver = posted()
        var actions = driver.tell(.notSubmitted(refused(["node_errors": ["3": number]])))
        #expect(actions == [.end(.failed("refused"))])
        driver = posted()
        actions = driver.tell(.notSubmitted(refused(["node_errors": ["3": file]])))
        #expect(actions == [.assign(avoiding: ["a"])])
        _ = driver.tell(.assigned(second))
        _ = driver.tell(.recorded)
        actions = driver.tell(.notSubmitted(refused(["node_errors": ["3": file]])))
        #expect(actions == [.end(.failed("refused"))])
    }

    @Test("An output that is left out: stopped and failed")
    func leftOut() {
        var driver = posted()
        let actions = driver.tell(.submitted(leftOut: "node 4: image is missing"))
        #expect(actions == [.stop(first), .end(.failed("node 4: image is missing"))])
    }

    @Test("A server that hangs after a lost answer: the looks that take their time count as silence")
    func hungWhileSearching() throws {
        var driver = posted()
        _ = driver.tell(.notSubmitted(lost))
        var actions = driver.tell(.sighted(.unreachable), after: .seconds(15))
        #expect(actions.isEmpty)
        actions = try driver.wait()
        #expect(actions == [.look(first)])
        actions = driver.tell(.sighted(.unreachable), after: .seconds(15))
        #expect(actions == [.stop(first), .assign(avoiding: ["a"])])
        #expect(driver.now == .seconds(31))
    }

    @Test("A gateway that starts again: the prompt is looked for before it is posted")
    func takenUp() throws {
        var driver = Driver()
        var actions = driver.run.begin(recorded: [first], at: driver.now)
        #expect(actions == [.look(first)])
        actions = driver.tell(.sighted(.running))
        #expect(actions.isEmpty)
        actions = driver.tell(.ended(.success))
        #expect(actions == [.fetch(first)])

        driver = Driver()
        actions = driver.run.begin(recorded: [first, second], at: driver.now)
        // Whether the earlier gateway came to stop the first one is not known.
        #expect(actions == [.stop(first), .look(second)])
        _ = driver.tell(.sighted(.nowhere))
        _ = try driver.wait()
        actions = driver.tell(.sighted(.nowhere))
        #expect(actions == [.submit(second)])
    }

    // MARK: Following

    @Test("Looked for every five seconds")
    func polling() throws {
        var driver = following()
        for round in 1...3 {
            let actions = try driver.wait()
            #expect(actions == [.look(first)])
            #expect(driver.now == .seconds(5 * round))
            _ = driver.tell(.sighted(.running))
        }
    }

    @Test("A server that has lost the prompt: asked twice, then it runs once more, elsewhere")
    func lostPrompt() throws {
        var driver = following()
        for attempt in [first, second] {
            var actions = try driver.wait()
            #expect(actions == [.look(attempt)])
            actions = driver.tell(.sighted(.nowhere))
            #expect(actions.isEmpty)
            _ = try driver.wait()
            actions = driver.tell(.sighted(.nowhere))
            if attempt == first {
                #expect(actions == [.assign(avoiding: ["a"])])
                _ = driver.tell(.assigned(second))
                _ = driver.tell(.recorded)
                _ = driver.tell(.submitted(leftOut: nil))
            } else {
                guard case .end(.failed(let message)) = try #require(actions.first) else {
                    Issue.record("it did not end: \(actions)")
                    return
                }
                #expect(message.contains("lost the prompt"))
            }
        }
    }

    @Test("A server that dies: half a minute, then another one; there it is stopped when it is back")
    func deadServer() throws {
        var driver = following()
        var actions: [PromptRun.Action] = []
        while actions.isEmpty, driver.now < .seconds(60) {
            _ = try driver.wait()
            actions = driver.tell(.sighted(.unreachable))
        }
        #expect(actions == [.stop(first), .assign(avoiding: ["a"])])
        #expect(driver.now >= .seconds(30))
    }

    @Test("No frame of a prompt that runs: stopped, and run elsewhere; one that waits may wait")
    func stall() throws {
        var driver = following()
        for _ in 0..<200 {
            _ = try driver.wait()
            _ = driver.tell(.sighted(.waiting))
        }
        #expect(driver.now == .seconds(1000))
        _ = driver.tell(.heard)
        var actions: [PromptRun.Action] = []
        while actions.isEmpty, driver.now < .seconds(2000) {
            _ = try driver.wait()
            actions = driver.tell(.sighted(.running))
        }
        #expect(actions == [.stop(first), .assign(avoiding: ["a"])])
        #expect(driver.now == .seconds(1600))
    }

    @Test("The time limit: stopped and failed")
    func timeLimit() throws {
        var driver = following()
        var actions: [PromptRun.Action] = []
        while driver.now < .seconds(3600) {
            actions = try driver.wait()
            if actions == [.look(first)] { _ = driver.tell(.sighted(.waiting)) }
        }
        #expect(actions.first == .stop(first))
        guard case .end(.failed(let message)) = try #require(actions.last) else {
            Issue.record("it did not end: \(actions)")
            return
        }
        #expect(message.contains("3600 s"))
    }

    // MARK: Fetching

    @Test("An output that is missing: run once more, then failed")
    func missingOutput() throws {
        var driver = fetching()
        var actions = driver.tell(.outputMissing)
        #expect(actions == [.assign(avoiding: ["a"])])
        _ = driver.tell(.assigned(second))
        _ = driver.tell(.recorded)
        _ = driver.tell(.submitted(leftOut: nil))
        _ = driver.tell(.ended(.success))
        actions = driver.tell(.outputMissing)
        guard case .end(.failed(let message)) = try #require(actions.first) else {
            Issue.record("it did not end: \(actions)")
            return
        }
        #expect(message.contains("output"))
    }

    @Test("An output that does not come: fetched again, a second later, for half a minute")
    func fetchingAgain() throws {
        var driver = fetching()
        var fetches = 1
        var actions = driver.tell(.fetchFailed("broken"))
        while actions.isEmpty {
            actions = try driver.wait()
            guard actions == [.fetch(first)] else { break }
            fetches += 1
            actions = driver.tell(.fetchFailed("broken"))
        }
        #expect(actions == [.assign(avoiding: ["a"])])
        #expect(fetches == 31)
    }

    // MARK: Cancelling

    @Test("Cancelled before it is posted: nothing is")
    func cancelledEarly() {
        var driver = Driver()
        _ = driver.run.begin(recorded: [], at: .zero)
        _ = driver.tell(.assigned(first))
        var actions = driver.tell(.cancel)
        #expect(actions == [.end(.canceled)])
        actions = driver.tell(.recorded)
        #expect(actions.isEmpty)
    }

    @Test("Cancelled while it is posted: stopped as soon as it is there")
    func cancelledWhilePosting() {
        var driver = posted()
        var actions = driver.tell(.cancel)
        #expect(actions.isEmpty)
        actions = driver.tell(.submitted(leftOut: nil))
        #expect(actions == [.stop(first)])
        actions = driver.tell(.ended(.interrupted(node: nil)))
        #expect(actions == [.end(.canceled)])
    }

    @Test("Cancelled after a lost answer: looked for, stopped if it is there, and never posted again")
    func cancelledWhileSearching() throws {
        var driver = posted()
        _ = driver.tell(.notSubmitted(lost))
        _ = driver.tell(.cancel)
        _ = driver.tell(.sighted(.nowhere))
        _ = try driver.wait()
        var actions = driver.tell(.sighted(.nowhere))
        #expect(actions == [.end(.canceled)])
        driver = posted()
        _ = driver.tell(.cancel)
        _ = driver.tell(.notSubmitted(lost))
        actions = driver.tell(.sighted(.waiting))
        #expect(actions == [.stop(first)])
    }

    @Test("Cancelled while it runs: stopped, and canceled when it has ended, however")
    func cancelledWhileRunning() throws {
        for sighting in [PromptRun.Sighting.nowhere, .ended(.success), .ended(failure)] {
            var driver = following()
            var actions = driver.tell(.cancel)
            #expect(actions == [.stop(first)])
            actions = try driver.wait()
            #expect(actions == [.look(first)])
            actions = driver.tell(.sighted(.running))
            #expect(actions.isEmpty)
            _ = try driver.wait()
            actions = driver.tell(.sighted(sighting))
            #expect(actions == [.end(.canceled)])
        }
    }

    @Test("Cancelled at a server that does not stop: canceled after a minute")
    func neverStopped() throws {
        var driver = following()
        _ = driver.tell(.cancel)
        var actions: [PromptRun.Action] = []
        while actions != [.end(.canceled)], driver.now < .seconds(120) {
            actions = try driver.wait()
            if actions == [.look(first)] { _ = driver.tell(.sighted(.running)) }
        }
        #expect(driver.now == .seconds(60))
    }

    @Test("Cancelled while its outputs are fetched, or while no server is free")
    func cancelledAtTheEnds() {
        var driver = fetching()
        var actions = driver.tell(.cancel)
        #expect(actions == [.end(.canceled)])
        driver = Driver()
        _ = driver.run.begin(recorded: [], at: .zero)
        actions = driver.tell(.cancel)
        #expect(actions == [.end(.canceled)])
    }
}
