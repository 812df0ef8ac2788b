import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Counts the calls of each application key in the minute that runs, as the service's flow control does.
final class CallCounter: Sendable {
    private struct State {
        var minute = Int.min
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts a call, unless there were too many in this minute.
    ///
    /// - Returns: Nil if it may go on; otherwise the seconds until the next minute begins.
    func refusal(of appKey: String, most: Int, now: Date) -> Int? {
        let seconds = now.timeIntervalSince1970
        let minute = Int((seconds / 60).rounded(.down))
        return state.withLock { state in
            // A clock that was set back begins a minute, too.
            if minute != state.minute { state = State(minute: minute) }
            let count = state.counts[appKey, default: 0]
            guard count < most else { return max(1, Int((Double(minute + 1) * 60 - seconds).rounded(.up))) }
            state.counts[appKey] = count + 1
            return nil
        }
    }
}
