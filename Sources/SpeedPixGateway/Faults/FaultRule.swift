package import SpeedPix

/// A fault, the calls that it strikes, and which of them.
package struct FaultRule: Sendable, Hashable {
    /// The calls that it counts.
    package var targets: Set<ClientOperation>
    /// So many of these calls it leaves alone first. Default 0.
    package var after = 0
    /// How often it strikes; nil, the default, is always.
    package var times: Int?
    /// How likely it is to strike a call, 0 … 1. Default 1.
    package var probability = 1.0
    /// The seed of its random numbers: the same seed gives the same run. Default 0.
    package var seed: UInt64 = 0
    package var fault: Fault

    /// - Parameter targets: Nil for every call that the fault means something for.
    package init(
        _ fault: Fault, on targets: Set<ClientOperation>? = nil, after: Int = 0, times: Int? = nil,
        probability: Double = 1, seed: UInt64 = 0
    ) {
        self.targets = (targets ?? fault.applicableTargets).intersection(fault.applicableTargets)
        self.after = after
        self.times = times
        self.probability = probability
        self.seed = seed
        self.fault = fault
    }
}
