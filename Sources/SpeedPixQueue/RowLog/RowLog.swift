import SpeedPix
import Synchronization

/// The log of one row, as one writer knows it: appends what ``RowLogState`` allows, and reads what others have appended.
///
/// All appends go one after the other, and each until it is known what became of it: an append without an answer is made again, the
/// same entry under the same number, since only a create proves that nothing is stored there. Nothing else is appended
/// meanwhile, so that nothing is sent. Appends go on when the calling task is cancelled.
package final class RowLog: Sendable {
    private struct Shared {
        var state = RowLogState()
        /// Random, of the take by this writer; nil before it.
        var take: String?
        /// That of the message by which the row was taken.
        var generation = 1
        /// What goes with the next entry.
        var pending: [RowLogFact] = []
        /// When creates of unknown outcome were first seen, by their names: since this log was opened.
        var firstSeen: [String: Duration] = [:]
    }

    /// The most that an entry takes. NATS' own limit is 1 MiB, headers included, unless its server says otherwise.
    static let largestEntry = 900 << 10

    package let settings: RowLogSettings
    private let store: any RowLogStore
    private let lock = AsyncLock()
    private let shared = Mutex(Shared())
    private let elapsed: @Sendable () -> Duration

    /// Reads nothing yet: the first append finds out what there is.
    package init(_ store: any RowLogStore, _ settings: RowLogSettings) {
        self.store = store
        self.settings = settings
        elapsed = settings.clock.stopwatch()
    }

    /// What is known of the log so far.
    package var state: RowLogState { shared.withLock { $0.state } }
    /// The take by this writer; nil before it.
    package var take: String? { shared.withLock { $0.take } }
    /// Whether this writer has the row, as far as it has read.
    package var isHeld: Bool { shared.withLock { $0.take != nil && $0.state.holder?.take == $0.take } }
    /// Since the log was opened here.
    var now: Duration { elapsed() }

    /// How long the outcome of a create has been unknown here.
    func age(_ create: String) -> Duration {
        shared.withLock { $0.firstSeen[create] }.map { elapsed() - $0 } ?? .zero
    }

    /// Adds something that goes with the next entry, before its other facts.
    func note(_ fact: RowLogFact) { shared.withLock { $0.pending.append(fact) } }

    var generation: Int { shared.withLock { $0.generation } }

    func begin(_ take: String, generation: Int) { shared.withLock { ($0.take, $0.generation) = (take, generation) } }

    // MARK: Reading

    /// Reads what was appended since, as far as the store shows it.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`; `CancellationError` before or after it has read.
    func refresh() async throws {
        try await shielded { log in try await log.lock.withLock { try await log.readOnce() } }
        try Task.checkCancellation()
    }

    /// In the lock.
    private func readOnce() async throws {
        var pause = settings.pauses.0
        while true {
            do {
                for entry in try await store.read(from: state.number + 1) { try fold(entry) }
                return
            } catch let error as SpeedPixError where !error.isRetryable {
                throw error
            } catch {
                await rest(&pause)
            }
        }
    }

    private func fold(_ numbered: NumberedEntry) throws {
        guard numbered.number == state.number + 1 else { return }
        fold(try RowLogEntry(numbered))
    }

    private func fold(_ entry: RowLogEntry) {
        let now = elapsed()
        shared.withLock { shared in
            shared.state.fold(entry)
            for case .intent(let intent) in entry.facts { shared.firstSeen[intent.create] = now }
        }
    }

    // MARK: Appending

    /// Appends what is to be said as the log stands; others may have appended before, so that it may be asked more than once.
    ///
    /// - Parameters:
    ///   - mustHold: Whether to go on until it is stored, whatever the store refuses: what has been paid for must not get lost.
    ///   - decide: Gives nothing if there is nothing to say.
    /// - Returns: When the store was first asked for what is stored now, by ``now``; nil if there was nothing to say.
    /// - Throws: What `decide` throws; ``SpeedPixError`` `journal_failed` if the store refuses, and then nothing is stored, or if it is
    ///   closed, and then it may be stored.
    @discardableResult
    func append(
        mustHold: Bool = false, _ decide: @escaping @Sendable (RowLogState) throws -> [RowLogFact]
    ) async throws -> Duration? {
        try await shielded { log in
            try await log.lock.withLock {
                while true {
                    let facts = try decide(log.state)
                    guard !facts.isEmpty else { return nil }
                    let (entry, pendingCount, isWhole) = try log.entry(facts)
                    let began = log.now
                    guard try await log.store(entry, mustHold: mustHold) else { continue }
                    log.shared.withLock { $0.pending.removeFirst(pendingCount) }
                    if isWhole { return began }
                }
            }
        }
    }

    /// Appends what was noted so far.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func appendPending() async throws {
        try await shielded { log in
            try await log.lock.withLock {
                while true {
                    let (entry, pendingCount, _) = try log.entry([])
                    guard pendingCount > 0 else { return }
                    if !entry.facts.isEmpty, try await !log.store(entry, mustHold: false) { continue }
                    log.shared.withLock { $0.pending.removeFirst(pendingCount) }
                }
            }
        }
    }

    /// The next entry: what is pending and still to be said, then `facts`. If that is too large, as much of what is pending as fits.
    private func entry(_ facts: [RowLogFact]) throws -> (RowLogEntry, pendingCount: Int, isWhole: Bool) {
        let (state, take, pending) = shared.withLock { ($0.state, $0.take, $0.pending) }
        let choices =
            pending.isEmpty
            ? [(0, true)]
            : [(pending.count, true), (pending.count, false), (max(pending.count / 8, 1), false), (1, false)]
        var (last, size) = (RowLogEntry(token: "", time: 0, facts: []), 0)
        for (count, isWhole) in choices {
            let said = pending.prefix(count).filter { state.refusal(of: $0, by: take) == nil }
            last = RowLogEntry(
                token: settings.token(), take: take, time: settings.now(), facts: said + (isWhole ? facts : []))
            size = try last.encoded().count
            if size <= Self.largestEntry { return (last, count, isWhole) }
        }
        throw SpeedPixError(
            .journalFailed, "an entry of the row's log has \(size) bytes, more than \(Self.largestEntry) fit",
            remedy: "keep less with once, and return less from the script")
    }

    /// - Returns: Whether it is stored; false if another entry is, which is folded in.
    private func store(_ entry: RowLogEntry, mustHold: Bool) async throws -> Bool {
        let payload = try entry.encoded()
        let number = state.number + 1
        var mayArrive = false
        var pause = settings.pauses.0
        while true {
            switch try? await store.append(payload, number: number) {
            case .stored:
                fold(entry)
                return true
            case .exists: return try await readBack(number) == entry.token
            case .refused(let error):
                // An earlier try may still arrive: until something is known to be stored there, nothing is over.
                if !error.isRetryable, !mustHold, !mayArrive { throw error }
            case .closed(let error): throw error
            case nil: mayArrive = true
            }
            await rest(&pause)
        }
    }

    /// Reads up to an entry that exists, which a stale read may lack at first.
    ///
    /// - Returns: Its token.
    private func readBack(_ number: Int) async throws -> String {
        var pause = settings.pauses.0
        while true {
            do {
                var token: String?
                for numbered in try await store.read(from: state.number + 1) {
                    let entry = try RowLogEntry(numbered)
                    if numbered.number == number { token = entry.token }
                    try fold(numbered)
                }
                if let token { return token }
            } catch let error as SpeedPixError where !error.isRetryable {
                throw error
            } catch {}
            await rest(&pause)
        }
    }

    /// In a task that nobody cancels.
    private func rest(_ pause: inout Duration) async {
        try? await settings.clock.sleep(for: pause)
        pause = min(pause * 2, settings.pauses.1)
    }

    /// Runs to its end also if the calling task is cancelled.
    private func shielded<Result: Sendable>(
        _ body: @escaping @Sendable (RowLog) async throws -> Result
    ) async throws -> Result {
        try await Task(executorPreference: settings.executor) { try await body(self) }.value
    }
}
