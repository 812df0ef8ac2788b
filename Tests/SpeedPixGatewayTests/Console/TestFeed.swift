import SpeedPix
import SpeedPixTestSupport

@testable import SpeedPixGateway

/// A feed on a clock that stands still. It says nothing of a prediction but its id, and notes what it was asked about.
struct TestFeed: Sendable {
    let clock: ManualClock
    let feed: ConsoleFeed
    private let asked: CountedState<[[String]]>

    init() {
        let clock = ManualClock()
        let asked = CountedState<[[String]]>([]) { $0.count }
        self.clock = clock
        self.asked = asked
        feed = ConsoleFeed(
            hello: ["start": "now"], clock: clock, load: { (waiting: 2, running: 1) },
            summaries: { ids in
                asked.withLock { $0.append(ids) }
                return ids.map { .string($0) }
            })
    }

    /// The ids of each event that was made.
    var requests: [[String]] { asked.withLock { $0 } }

    /// Waits until the feed sleeps, and wakes it.
    func tick() async {
        await clock.waitForPauses(1)
        clock.advance(by: ConsoleFeed.interval)
    }

    /// Waits until the feed looks at nothing any more.
    func waitUntilIdle() async {
        while !feed.isIdle { await Task.yield() }
    }
}
