import Foundation

/// What a part of this process took. A measured process tells it to the one that measures.
public struct OwnCost: Codable, Sendable {
    /// Wall time.
    public var seconds: Double
    /// User and system time.
    public var cpuSeconds: Double
    /// Bytes, at the worst moment of the whole process.
    public var peakMemory: Double
    /// Whatever else there is to count.
    public var counts: [String: Int] = [:]

    /// A measurement under way.
    public struct Measurement: Sendable {
        private let start = ContinuousClock().now
        private let cpu = OwnCost.cpuSeconds()

        /// Prints what it took since then, as one line of JSON.
        public func print(counts: [String: Int] = [:]) throws {
            let cost = OwnCost(
                seconds: (ContinuousClock().now - start) / .seconds(1), cpuSeconds: OwnCost.cpuSeconds() - cpu,
                peakMemory: OwnCost.peakMemory(), counts: counts)
            Swift.print(String(decoding: try JSONEncoder().encode(cost), as: UTF8.self))
        }
    }

    /// Begins to measure.
    public static func begin() -> Measurement { Measurement() }

    /// Runs this executable again for one job, which prints its cost.
    public static func ofChild(_ arguments: [String], environment: [String: String] = [:]) throws -> OwnCost {
        let text = try ChildProcess(CommandLine.arguments[0], arguments, environment: environment).finish()
        return try JSONDecoder().decode(OwnCost.self, from: Data(text.utf8))
    }

    private static func usage() -> rusage {
        var usage = rusage()
        #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        #else
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #endif
        return usage
    }

    fileprivate static func cpuSeconds() -> Double {
        let usage = usage()
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    fileprivate static func peakMemory() -> Double {
        #if canImport(Darwin)
        Double(usage().ru_maxrss)
        #else
        // Linux counts it in KiB.
        Double(usage().ru_maxrss) * 1024
        #endif
    }
}
