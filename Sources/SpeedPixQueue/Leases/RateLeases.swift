import SpeedPix
package import SpeedPixBatch
import Synchronization

/// A worker's part of a batch's rate of creates: blocks that it has leased, see ``RateBlocks``.
package final class RateLeases: Sendable {
    private struct State {
        /// Times that are leased and not used, the next one first; by the server's clock.
        var times: ArraySlice<Int64> = []
        /// The last block that was asked for.
        var last: Int64?
        /// What the stopwatch is behind the server's clock, in nanoseconds, and at what time of the stopwatch that was found.
        var offset: (nanoseconds: Int64, at: Duration)?
        var clockReadings = 0
    }

    /// After this, clocks may have drifted apart by milliseconds.
    private static let offsetLifetime: Duration = .seconds(600)
    /// A create that would go later than this behind its time, since the process stood still, takes another.
    private static let latest: Int64 = 10_000_000_000

    private let blocks: RateBlocks
    private let subject: QueueSubject
    private let store: any WriteOnceStore
    private let token: String
    private let payload: [UInt8]
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let leasing = LeaseLock()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - worker: Its name, for people who look.
    ///   - token: A text that nobody else has, not even this worker when it starts again; letters and digits.
    ///   - clock: On which a create waits for its time.
    package init(
        _ rate: CreateRate, of batch: BatchName, in store: any WriteOnceStore, worker: String, token: String,
        clock: any Clock<Duration>
    ) {
        blocks = RateBlocks(rate)
        subject = QueueSubject(batch)
        self.store = store
        self.token = token
        payload = Lease(worker: worker, token: token).payload
        self.clock = clock
        elapsed = clock.stopwatch()
    }

    /// Returns when a create may go.
    ///
    /// - Throws: What the store throws; `CancellationError`. A time that was leased by then is lost.
    package func wait() async throws {
        while true {
            let time = try await next()
            while true {
                let pause = time - serverTime()
                guard pause > 0 else { break }
                try await clock.sleep(for: .nanoseconds(pause))
            }
            if serverTime() - time <= Self.latest { return }
        }
    }

    private func next() async throws -> Int64 {
        try await leasing.withLock {
            while true {
                if let time = state.withLock({ $0.times.popFirst() }) { return time }
                try await lease()
            }
        }
    }

    private func lease() async throws {
        try await readClock()
        var block = blocks.block(at: serverTime())
        if let last = state.withLock({ $0.last }) { block = max(block, last + 1) }
        while true {
            let place = blocks.place(of: block)
            let holder = try await store.create(subject.rate(slot: place.slot, place.number), payload)
            state.withLock { state in
                state.last = block
                if holder == payload { state.times = blocks.times(of: block, from: serverTime(state))[...] }
            }
            if holder == payload { return }
            block = max(block + 1, blocks.block(at: serverTime()))
        }
    }

    // MARK: The server's clock

    private func serverTime() -> Int64 { state.withLock { serverTime($0) } }

    private func serverTime(_ state: borrowing State) -> Int64 {
        elapsed().wholeNanoseconds + (state.offset?.nanoseconds ?? 0)
    }

    /// Compares with the server's clock, if that was not done lately. It writes a message and reads when the server stored it: the
    /// stopwatch, which is looked at after that, seems to be late by the way back, so that creates go late rather than early.
    private func readClock() async throws {
        let now = elapsed()
        let reading: Int? = state.withLock { state in
            if let offset = state.offset, now - offset.at < Self.offsetLifetime { return nil }
            state.clockReadings += 1
            return state.clockReadings
        }
        guard let reading else { return }
        let place = subject.clock("\(token)-\(reading)")
        _ = try await store.create(place, payload)
        let after = elapsed()
        guard let time = try await store.read(place)?.time else {
            // With no idea of the server's time it would lease times that others do not count. A later try reads it.
            throw SpeedPixError(.journalFailed, "the queue's time cannot be read at present", isRetryable: true)
        }
        state.withLock { $0.offset = (time - after.wholeNanoseconds, after) }
    }
}

extension Duration {
    fileprivate var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
