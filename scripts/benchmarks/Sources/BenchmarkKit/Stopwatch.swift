/// Times work.
public enum Stopwatch {
    /// Nanoseconds that `work` takes.
    public static func nanoseconds(_ work: () async throws -> Void) async rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try await work()
        return nanoseconds(clock.now - start)
    }

    /// A duration as a number.
    public static func nanoseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    }

    /// Times two kinds of work in turn and returns the least time of each: what is left when the machine had nothing else to do.
    public static func compare(
        rounds: Int, _ work: () async throws -> Void, with reference: () async throws -> Void
    ) async rethrows -> (work: Double, reference: Double) {
        var best = (work: Double.infinity, reference: Double.infinity)
        for _ in 0..<rounds {
            best.work = min(best.work, try await nanoseconds(work))
            best.reference = min(best.reference, try await nanoseconds(reference))
        }
        return best
    }
}

/// Figures about many values.
public enum Statistics {
    /// The value that half of the others are below. The list must not be empty.
    public static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        precondition(!sorted.isEmpty, "the median of nothing")
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
