/// How far one workflow's hints could be trusted so far: for each kind, what really remained as a fraction of what it
/// had promised.
///
/// A value that only ``record(_:noticedLate:keptShortPromise:)`` changes, so that every decision can be replayed.
public struct PollRecord: Sendable {
    /// What one hint said, and what came of it.
    public struct Sample: Sendable {
        /// The kind of hint.
        public var hint: PollHint
        /// Real time left divided by promised time left.
        public var ratio: Double

        /// For simulations; ``PollPolicy/samples(end:)`` draws the real ones.
        public init(hint: PollHint, ratio: Double) {
            self.hint = hint
            self.ratio = ratio
        }
    }

    /// What a promise of one second is worth.
    public struct Trust: Sendable {
        /// The part of a promise before which a prediction hardly ever ends.
        public var lowest: Double
        /// The part after which it hardly ever runs.
        public var highest: Double
        /// Whether it rests on experience with this workflow.
        public var isProven: Bool
    }

    /// Samples kept of each kind: enough to tell an outlier from a habit, few enough to follow a service that changes.
    private static let memory = 48
    /// What is assumed of a hint before anything is known. It counts until experience has replaced it.
    private static let prior: [PollHint: [Double]] = [
        .eta: [0.6, 0.8, 0.95, 1, 1.05, 1.1, 1.3],
        .progress: [0.5, 0.8, 0.95, 1, 1.05, 1.2, 1.5],
        .estimate: [0.25, 0.5, 0.8, 1, 1.3, 2, 3],
        .queue: [0.2, 0.5, 1, 1.5, 2, 3, 4],
    ]
    /// Seconds. A fixed poll of one second notices an end half a second late; hints that do worse lose their credit.
    private static let toleratedLag = 0.52

    private var ratios = PollHint.allCases.map { prior[$0] ?? [] }
    private var sampleCounts = Array(repeating: 0, count: PollHint.allCases.count)
    private var trusts: [Trust] = []
    /// Seconds by which ends were noticed late, as a moving average.
    private var lag = 0.25
    /// Short promises in a row that were not kept.
    private var brokenShortPromises = 0
    /// Those in a row that were.
    private var keptShortPromises = 0
    /// Predictions since the last of them.
    private var sinceBroken = 0
    /// 0 … 1: how much of a promise is slept through. Falls while ends are noticed too late.
    public private(set) var credit = 1.0

    /// Nothing is known yet.
    public init() {
        trusts = ratios.indices.map(trust)
    }

    func trust(in hint: PollHint) -> Trust { trusts[hint.rawValue] }

    /// Whether promises that are shorter than samples are exact deserve a poll at their end. Three that were not kept end
    /// that, and every fiftieth prediction tries again.
    var trustsShortPromises: Bool { brokenShortPromises < 3 || sinceBroken >= 50 }

    /// Whether the first poll can wait for the end of one.
    var keepsShortPromises: Bool { keptShortPromises >= 3 }

    /// - Parameters:
    ///   - lag: Seconds between the prediction's end and the poll that found it.
    ///   - keptShortPromise: Whether one was kept; nil if none was tested.
    public mutating func record(_ samples: [Sample], noticedLate lag: Double, keptShortPromise: Bool? = nil) {
        if let keptShortPromise {
            brokenShortPromises = keptShortPromise ? 0 : brokenShortPromises + 1
            keptShortPromises = keptShortPromise ? keptShortPromises + 1 : 0
        }
        sinceBroken = keptShortPromise == false ? 0 : sinceBroken + 1
        for sample in samples {
            let index = sample.hint.rawValue
            if ratios[index].count < Self.memory {
                ratios[index].append(sample.ratio)
            } else {
                ratios[index][sampleCounts[index] % Self.memory] = sample.ratio
            }
            sampleCounts[index] += 1
        }
        for index in Set(samples.map(\.hint.rawValue)) { trusts[index] = trust(index) }
        // About ten predictions back; one that was found minutes late must not count for a hundred.
        self.lag += (min(lag, 4) - self.lag) * 0.1
        credit = self.lag > Self.toleratedLag ? credit * 0.8 : min(credit * 1.05 + 0.002, 1)
    }

    private func trust(_ index: Int) -> Trust {
        let sorted = ratios[index].sorted()
        let margin = sorted.count / 16
        return Trust(
            lowest: sorted[margin], highest: sorted[sorted.count - 1 - margin], isProven: sampleCounts[index] >= 3)
    }
}
