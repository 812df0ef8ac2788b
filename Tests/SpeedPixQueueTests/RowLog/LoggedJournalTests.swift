import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixQueue

@Suite("LoggedJournal")
struct LoggedJournalTests {
    /// A row's log in memory that always answers.
    private final class Store: RowLogStore {
        private let entries = Mutex<[[UInt8]]>([])

        var facts: [RowLogFact] {
            entries.withLock { entries in
                entries.enumerated().flatMap { index, payload in
                    (try? RowLogEntry(NumberedEntry(number: index + 1, payload: payload)))?.facts ?? []
                }
            }
        }

        func read(from number: Int) async throws -> [NumberedEntry] {
            entries.withLock { entries in
                (number..<max(entries.count + 1, number)).map {
                    NumberedEntry(number: $0, payload: entries[$0 - 1])
                }
            }
        }

        func append(_ payload: [UInt8], number: Int) async throws -> AppendOutcome {
            entries.withLock { entries in
                guard number == entries.count + 1 else { return .exists }
                entries.append(payload)
                return .stored
            }
        }
    }

    private func taken(_ store: Store, _ clock: ManualClock) async throws -> RowLog {
        let log = RowLog(
            store, RowLogSettings(batch: "b", rowKey: "A", worker: "w", clock: clock, now: { 0 }))
        _ = try await log.take(generation: 1)
        return log
    }

    private func claim(_ journal: LoggedJournal) async throws -> JournalKey {
        let create = JournaledCreate(
            position: CreatePosition(rawValue: "create 1"), identity: CreateIdentity(digest: "d", inputs: [:]),
            workflowID: "wf")
        guard case .new(let key) = try await journal.claim(create) else {
            throw SpeedPixError(.journalFailed, "the create was made before")
        }
        return key
    }

    @Test("A create may be sent for five seconds after its intent, counted anew for a new intent")
    func sendCondition() async throws {
        let (store, clock) = (Store(), ManualClock())
        let journal = LoggedJournal(try await taken(store, clock), local: MemoryJournal())
        let key = try await claim(journal)
        let isTimed = journal.sendCondition(key) != nil
        #expect(!isTimed, "it is not intended yet")
        try await journal.recordIntent(key)
        let mayBeSent = try #require(journal.sendCondition(key))
        clock.advance(by: .seconds(5))
        #expect(mayBeSent())
        clock.advance(by: .milliseconds(1))
        #expect(!mayBeSent())
        try await journal.withdrawIntent(key)
        try await journal.recordIntent(key)
        let mayBeSentAgain = try #require(journal.sendCondition(key))
        #expect(mayBeSentAgain())
        #expect(!mayBeSent(), "a try that is late stays late")
        let kinds = store.facts.compactMap { fact -> String? in
            switch fact {
            case .intent: "intent"
            case .withdrawn: "withdrawn"
            default: nil
            }
        }
        #expect(kinds == ["intent", "withdrawn", "intent"])
    }

    @Test("The condition is that of the row's log behind a budget and a rate, too")
    func forwarded() async throws {
        let clock = ManualClock()
        let logged = LoggedJournal(try await taken(Store(), clock), local: MemoryJournal())
        let key = try await claim(logged)
        let journal = LeasedJournal(logged, budget: nil, rate: nil, onRefusal: {})
        try await journal.recordIntent(key)
        clock.advance(by: .seconds(6))
        let mayBeSent = try #require(journal.sendCondition(key))
        #expect(!mayBeSent())
    }
}
