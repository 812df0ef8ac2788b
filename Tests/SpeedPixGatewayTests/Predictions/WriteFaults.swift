import Dispatch
import GRDB
import SpeedPixTestSupport

/// What goes wrong with the writes of a gateway's database, which are counted from 1.
final class WriteFaults: Sendable {
    enum Kind: Sendable {
        /// The disk has no room.
        case full
        /// The disk does not answer until ``WriteFaults/heal()``.
        case stalled
    }

    private struct State {
        var numbers: Range<Int>
        var count = 0
        var struck = 0
        var isHealed = false
    }

    let kind: Kind
    private let state: CountedState<State>
    private let healed = DispatchSemaphore(value: 0)

    /// - Parameter numbers: The writes that it strikes; of ``Kind/stalled``, one at most.
    init(_ kind: Kind, _ numbers: Range<Int> = 0..<0) {
        self.kind = kind
        state = CountedState(State(numbers: numbers)) { $0.struck }
    }

    /// For ``GatewayConfiguration/beforeCommit``.
    func beforeCommit() throws {
        let isStruck = state.withLock { state in
            state.count += 1
            guard state.numbers.contains(state.count) else { return false }
            state.struck += 1
            return true
        }
        guard isStruck else { return }
        switch kind {
        case .full: throw DatabaseError(resultCode: .SQLITE_FULL)
        // A thread of the database's own.
        case .stalled: healed.wait()
        }
    }

    /// Strikes each write from now on.
    func begin() { state.withLock { $0.numbers = ($0.count + 1)..<Int.max } }

    /// Strikes no more, and lets go what stalls.
    func heal() {
        state.withLock { state in
            state.numbers = 0..<0
            state.isHealed = true
        }
        healed.signal()
    }

    /// Whether there was a write that it has struck.
    var hasStruck: Bool { state.withLock { $0.struck > 0 } }

    /// Returns when it has struck, or strikes no more, or the calling task is cancelled.
    func waitForStrike() async { await state.wait { $0.struck > 0 || $0.isHealed } }
}
