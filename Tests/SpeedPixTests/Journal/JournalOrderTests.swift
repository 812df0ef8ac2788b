import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("What a client tells its journal, and when")
struct JournalOrderTests {
    private static let taken = ScriptedReply.ok(["taskId": "t-1"])

    @Test("A create is intended before it is sent, and its id written down after")
    func create() async throws {
        let journal = ScriptedJournal()
        _ = try await ScriptedService(Self.taken, middleware: [journal], journal: journal).create()
        #expect(journal.log == ["claim", "intent", "send", "created t-1"])
    }

    @Test("An intent that cannot be written keeps the create from being sent")
    func intentFails() async throws {
        let journal = ScriptedJournal(failing: [.intent])
        let service = try ScriptedService(middleware: [journal], journal: journal)
        let error = await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(error?.code == .journalFailed && error?.remedy != nil)
        #expect(journal.log == ["claim", "intent", "notMade"])
    }

    @Test("Nothing is sent while the intent is being written")
    func intentStalls() async throws {
        let journal = ScriptedJournal(stalling: [.intent])
        let service = try ScriptedService(Self.taken, middleware: [journal], journal: journal)
        let create = Task { try await service.create() }
        await journal.isReached()
        #expect(service.requests.isEmpty)
        journal.letGo()
        #expect(try await create.value.id == "t-1")
    }

    @Test("A create that is cancelled while its intent is written is not sent, and takes the intent back")
    func cancelledIntent() async throws {
        let journal = ScriptedJournal(stalling: [.intent])
        let service = try ScriptedService(middleware: [journal], journal: journal)
        let create = Task { try await service.create() }
        await journal.isReached()
        create.cancel()
        journal.letGo()
        await #expect(throws: CancellationError.self) { try await create.value }
        #expect(journal.log == ["claim", "intent", "withdraw", "notMade"])
    }

    @Test("A try without effect is taken back before its pause, and the next one intended anew")
    func withoutEffect() async throws {
        let journal = ScriptedJournal()
        _ = try await ScriptedService(.refusedConnection, Self.taken, middleware: [journal], journal: journal).create()
        #expect(journal.log == ["claim", "intent", "send", "withdraw", "intent", "send", "created t-1"])
    }

    @Test("A refusal takes the intent back, and the create was not made")
    func refused() async throws {
        let journal = ScriptedJournal()
        let service = try ScriptedService(.refusal("E1", "no such workflow"), middleware: [journal], journal: journal)
        await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(journal.log == ["claim", "intent", "send", "withdraw", "notMade"])
    }

    @Test("A create that may have been made stays in doubt", arguments: [ScriptedReply.reset, .ok([:])])
    func doubt(_ reply: ScriptedReply) async throws {
        let journal = ScriptedJournal()
        let service = try ScriptedService(reply, middleware: [journal], journal: journal)
        let error = await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(error?.code == .unknownOutcome)
        #expect(journal.log == ["claim", "intent", "send", "inDoubt"])
    }

    @Test("An id that cannot be written down is told with the error")
    func createdFails() async throws {
        let journal = ScriptedJournal(failing: [.created])
        let service = try ScriptedService(Self.taken, middleware: [journal], journal: journal)
        let error = await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(error?.code == .journalFailed && error?.prediction?.id == "t-1")
        #expect(journal.log == ["claim", "intent", "send", "created t-1"])
    }

    @Test("A task that is cancelled while the id is written down gets its prediction")
    func cancelledCreated() async throws {
        let journal = ScriptedJournal(stalling: [.created])
        let service = try ScriptedService(Self.taken, middleware: [journal], journal: journal)
        let create = Task { try await service.create() }
        await journal.isReached()
        create.cancel()
        journal.letGo()
        #expect(try await create.value.id == "t-1")
    }

    @Test("What was recorded is given without a call")
    func recorded() async throws {
        let journal = ScriptedJournal(recorded: Prediction(id: "t-9"))
        #expect(try await ScriptedService(middleware: [journal], journal: journal).create().id == "t-9")
        #expect(journal.log == ["claim"])
    }

    @Test("An end is written down, whatever it is; one that cannot be costs no result")
    func ended() async throws {
        for failing in [[], [.ended]] as [Set<ScriptedJournal.Step>] {
            let journal = ScriptedJournal(failing: failing)
            _ = try await ScriptedService(.progress("succeeded"), .result, middleware: [journal], journal: journal)
                .wait()
            #expect(journal.log == ["send", "send", "ended succeeded"])
        }
        let journal = ScriptedJournal()
        let service = try ScriptedService(
            .progress("failed"), .ok(["taskId": "t-1", "status": "failed"]), middleware: [journal], journal: journal)
        await #expect(throws: SpeedPixError.self) { try await service.wait() }
        #expect(journal.log.last == "ended failed")
    }

    @Test("In memory: what goes on, what is in doubt, and no more than the limit")
    func memory() async throws {
        let journal = MemoryJournal(limit: 20)
        let service = try ScriptedService(
            Self.taken, .reset, .progress("succeeded"), .result, journal: journal)
        let prediction = try await service.create()
        #expect(journal.unfinished.map(\.id) == ["t-1"])
        await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(journal.doubts.map(\.workflowID) == ["wf-1"])
        _ = try await service.predictions.wait(for: prediction)
        #expect(journal.unfinished.isEmpty)
        for number in 1...50 {
            journal.recordCreated(Prediction(id: "p-\(number)"), JournalKey(rawValue: UInt64(number)))
        }
        #expect(journal.unfinished.count <= 20 && journal.unfinished.last?.id == "p-50")
    }
}
