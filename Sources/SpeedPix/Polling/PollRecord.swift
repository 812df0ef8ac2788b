/// How accurate one workflow's hints were so far: for each kind, the time that really remained as a fraction of the
/// forecast.
///
/// A value that only ``record(_:noticedLate:shortForecastWasMet:)`` changes, so that every decision can be replayed.
@_spi(Polling) public struct PollRecord: Sendable {
    /// What one hint said, and what came of it.
    public struct Sample: Sendable {
        /// The kind of hint.
        public var hint: PollHint
        /// Real time left divided by forecast time left.
        public var ratio: Double

        /// For simulations; ``PollPolicy/samples(end:)`` draws the real ones.
        public init(hint: PollHint, ratio: Double) {
            self.hint = hint
            self.ratio = ratio
        }
    }

    /// How a forecast of one second came true.
    public struct Accuracy: Sendable {
        /// The part of a forecast before which a prediction hardly ever ends.
        public var lowest: Double
        /// The part after which it hardly ever runs.
        public var highest: Double
        /// Whether it was measured with this workflow.
        public var isMeasured: Bool
    }

    /// Samples kept of each kind: enough for an outlier to stand out, few enough to follow a service that changes.
    private static let memory = 48
    /// What is assumed of a hint before anything is known. Samples replace it one by one.
    private static let prior: [PollHint: [Double]] = [
        .eta: [0.6, 0.8, 0.95, 1, 1.05, 1.1, 1.3],
        .progress: [0.5, 0.8, 0.95, 1, 1.05, 1.2, 1.5],
        .estimate: [0.25, 0.5, 0.8, 1, 1.3, 2, 3],
        .queue: [0.2, 0.5, 1, 1.5, 2, 3, 4],
    ]
    /// Seconds. A fixed poll of one second notices an end half a second late; hints that do worse lose confidence.
    private static let toleratedLag = 0.52

    private var ratios = PollHint.allCases.map { prior[$0] ?? [] }
    private var sampleCounts = Array(repeating: 0, count: PollHint.allCases.count)
    private var accuracies: [Accuracy] = []
    /// Seconds by which ends were noticed late, as a moving average.
    private var lag = 0.25
    /// Short forecasts in a row that were missed.
    private var missedShortForecasts = 0
    /// Short forecasts in a row that were met.
    private var metShortForecasts = 0
    /// Predictions since the last miss.
    private var predictionsSinceMiss = 0
    /// 0 … 1: the part of a forecast without polls. Falls while ends are noticed too late.
    public private(set) var confidence = 1.0

    /// Nothing is known yet.
    public init() {
        accuracies = ratios.indices.map(accuracy)
    }

    func accuracy(of hint: PollHint) -> Accuracy { accuracies[hint.rawValue] }

    /// Whether there is a poll at the end of forecasts that are too short to be samples. Three misses end that, and it is tried
    /// again after fifty predictions.
    var usesShortForecasts: Bool { missedShortForecasts < 3 || predictionsSinceMiss >= 50 }

    /// Whether the first poll can wait for the end of a short forecast.
    var meetsShortForecasts: Bool { metShortForecasts >= 3 }

    /// - Parameters:
    ///   - lag: Seconds between the prediction's end and the poll that found it.
    ///   - shortForecastWasMet: Whether a short forecast was met; nil if none was tested.
    public mutating func record(_ samples: [Sample], noticedLate lag: Double, shortForecastWasMet: Bool? = nil) {
        if let shortForecastWasMet {
            missedShortForecasts = shortForecastWasMet ? 0 : missedShortForecasts + 1
            metShortForecasts = shortForecastWasMet ? metShortForecasts + 1 : 0
        }
        predictionsSinceMiss = shortForecastWasMet == false ? 0 : predictionsSinceMiss + 1
        for sample in samples {
            let index = sample.hint.rawValue
            if ratios[index].count < Self.memory {
                ratios[index].append(sample.ratio)
            } else {
                ratios[index][sampleCounts[index] % Self.memory] = sample.ratio
            }
            sampleCounts[index] += 1
        }
        for index in Set(samples.map(\.hint.rawValue)) { accuracies[index] = accuracy(index) }
        // About ten predictions back; one that was found minutes late must not count for a hundred.
        self.lag += (min(lag, 4) - self.lag) * 0.1
        confidence = self.lag > Self.toleratedLag ? confidence * 0.8 : min(confidence * 1.05 + 0.002, 1)
    }

    private func accuracy(_ index: Int) -> Accuracy {
        let sorted = ratios[index].sorted()
        let margin = sorted.count / 16
        return Accuracy(
            lowest: sorted[margin], highest: sorted[sorted.count - 1 - margin], isMeasured: sampleCounts[index] >= 3)
    }
}
