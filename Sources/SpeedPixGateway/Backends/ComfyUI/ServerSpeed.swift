import SpeedPix

/// How long the predictions took that a server has run lately. A value.
struct ServerSpeed: Sendable, Hashable {
    /// Of how many the mean is: enough that one outlier does not count much, few enough that it is of today.
    static let most = 20

    private var latest: [Duration] = []

    /// Takes a prediction into account that has succeeded.
    mutating func add(_ duration: Duration) {
        latest.append(duration)
        if latest.count > Self.most { latest.removeFirst() }
    }

    /// How many it knows of.
    var count: Int { latest.count }

    /// Their mean, in seconds; nil if there was none yet.
    var seconds: Double? {
        guard !latest.isEmpty else { return nil }
        let total = latest.reduce(Duration.zero, +)
        return (total / .seconds(1)) / Double(latest.count)
    }

    /// As the gateway's own route tells it; null if there was none yet.
    var json: JSONValue {
        guard let seconds else { return .null }
        return ["mean_seconds": .double(seconds), "predictions": .integer(Int64(count))]
    }
}
