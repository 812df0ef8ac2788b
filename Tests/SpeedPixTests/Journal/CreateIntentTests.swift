import Testing

@testable import SpeedPix

@Suite("The intent of a create")
struct CreateIntentTests {
    /// A journal that waits before it writes, as one that spaces creates.
    private struct WaitingJournal: ForwardingJournal {
        let journal: any PredictionJournal = MemoryJournal()

        func recordIntent(_ key: JournalKey) async throws { throw CancellationError() }
    }

    @Test("A wait that is cancelled before the intent is written is no failure of the journal")
    func cancelled() async {
        let intent = CreateIntent(journal: WaitingJournal(), key: JournalKey(rawValue: 1))
        await #expect(throws: CancellationError.self) { try await intent.recordOrThrow() }
    }
}
