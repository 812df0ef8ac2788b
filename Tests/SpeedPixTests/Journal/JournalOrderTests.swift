import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@Suite("The order of journal entries and calls")
struct JournalOrderTests {
    private static let taken = ScriptedReply.ok(["taskId": "t-1"])

    @Test("A create is sent after its intent is recorded, and its id is recorded afterwards")
    func intentBeforeSending() async throws {
        let journal = ScriptedJournal()
        _ = try await ScriptedService(Self.taken, middleware: [journal], journal: journal).create()
        #expect(journal.log == ["claim", "intent", "send", "created t-1"])
    }

    @Test("A create whose intent cannot be recorded is not sent")
    func intentFails() async throws {
        let journal = ScriptedJournal(failing: [.intent])
        let service = try ScriptedService(middleware: [journal], journal: journal)
        let error = await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(error?.code == .journalFailed && error?.remedy != nil)
        #expect(journal.log == ["claim", "intent", "notMade"])
    }

    @Test("A create is not sent while its intent is being recorded")
    func intentStalls() async throws {
        let journal = ScriptedJournal(stalling: [.intent])
        let service = try ScriptedService(Self.taken, middleware: [journal], journal: journal)
        let create = Task { try await service.create() }
        await journal.isReached()
        #expect(service.requests.isEmpty)
        journal.letGo()
        #expect(try await create.value.id == "t-1")
    }

    @Test("A create that is cancelled while its intent is recorded is not sent, and the intent is withdrawn")
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

    @Test("A create without effect withdraws its intent and records another one for the retry")
    func withoutEffect() async throws {
        let journal = ScriptedJournal()
        _ = try await ScriptedService(.refusedConnection, Self.taken, middleware: [journal], journal: journal).create()
        #expect(journal.log == ["claim", "intent", "send", "withdraw", "intent", "send", "created t-1"])
    }

    @Test("A create without a free file descriptor has an intent of its own for each try, and none during the pauses")
    func noDescriptor() async throws {
        let journal = ScriptedJournal()
        let shortage = ScriptedReply("no file descriptor") { _ in
            journal.note("none free")
            throw TransportError("too many open files", mayHaveReachedService: false, cause: Errno.tooManyOpenFiles)
        }
        // More often than a create is tried for other reasons.
        let replies = Array(repeating: shortage, count: 6)
        let service = try ScriptedService(
            replies[0], replies[1], replies[2], replies[3], replies[4], replies[5], Self.taken, middleware: [journal],
            journal: journal)
        _ = try await service.create()
        var expected = ["claim"]
        for _ in replies { expected += ["intent", "send", "none free", "withdraw"] }
        expected += ["intent", "send", "created t-1"]
        #expect(journal.log == expected)
    }

    @Test("A refused create withdraws its intent and is recorded as not made")
    func refused() async throws {
        let journal = ScriptedJournal()
        let service = try ScriptedService(.refusal("E1", "no such workflow"), middleware: [journal], journal: journal)
        await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(journal.log == ["claim", "intent", "send", "withdraw", "notMade"])
    }

    @Test("A create that may have been made is recorded as in doubt", arguments: [ScriptedReply.reset, .ok([:])])
    func doubt(_ reply: ScriptedReply) async throws {
        let journal = ScriptedJournal()
        let service = try ScriptedService(reply, middleware: [journal], journal: journal)
        let error = await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(error?.code == .unknownOutcome)
        #expect(journal.log == ["claim", "intent", "send", "inDoubt"])
    }

    @Test("A create whose id cannot be recorded fails with the prediction in its error")
    func createdFails() async throws {
        let journal = ScriptedJournal(failing: [.created])
        let service = try ScriptedService(Self.taken, middleware: [journal], journal: journal)
        let error = await #expect(throws: SpeedPixError.self) { try await service.create() }
        #expect(error?.code == .journalFailed && error?.prediction?.id == "t-1")
        #expect(journal.log == ["claim", "intent", "send", "created t-1"])
    }

    @Test("A create that is cancelled while its id is recorded returns its prediction")
    func cancelledCreated() async throws {
        let journal = ScriptedJournal(stalling: [.created])
        let service = try ScriptedService(Self.taken, middleware: [journal], journal: journal)
        let create = Task { try await service.create() }
        await journal.isReached()
        create.cancel()
        journal.letGo()
        #expect(try await create.value.id == "t-1")
    }

    @Test("A recorded create returns its prediction without a call")
    func recorded() async throws {
        let journal = ScriptedJournal(recorded: Prediction(id: "t-9"))
        #expect(try await ScriptedService(middleware: [journal], journal: journal).create().id == "t-9")
        #expect(journal.log == ["claim"])
    }

    @Test("A wait records the end of its prediction, and returns the result if that fails")
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

    @Test("A callback that throws an end of another prediction ends the wait, and records nothing")
    func foreignEnd() async throws {
        let journal = ScriptedJournal()
        let service = try ScriptedService(
            .progress("failed"), .ok(["taskId": "t-1", "status": "failed"]), .progress("running"),
            middleware: [journal], journal: journal)
        let failed = await #expect(throws: SpeedPixError.self) { try await service.wait() }
        let error = try #require(failed)
        let options = WaitOptions(onProgress: { _ in throw error })
        await #expect(throws: SpeedPixError.self) {
            try await service.predictions.wait(for: Prediction(id: "t-2"), options: options)
        }
        #expect(journal.log == ["send", "send", "ended failed", "send"])
    }

    @Test("MemoryJournal lists unfinished predictions and creates in doubt, up to its limit")
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
