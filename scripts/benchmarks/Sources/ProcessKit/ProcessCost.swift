/// What a program took from its start to its end.
public struct ProcessCost: Sendable {
    /// Wall time.
    public var seconds: Double
    /// User and system time.
    public var cpuSeconds: Double
    /// Bytes, at the worst moment.
    public var peakMemory: Double

    /// Runs a program, which inherits nothing but the given environment; what it prints is dropped.
    ///
    /// - Parameter isSilent: Drops what it says on standard error, too.
    /// - Throws: ``ChildProcess/Failure`` unless it ends well.
    public static func measure(
        _ program: String, _ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        isSilent: Bool = false
    ) throws -> ProcessCost {
        try MeasuredProcess(program, arguments, environment: environment, isSilent: isSilent).finish()
    }

    /// Two programs in turn, and the least of each figure: what is left when the machine had nothing else to do.
    public static func compare(
        rounds: Int, _ work: () throws -> ProcessCost, with reference: () throws -> ProcessCost
    ) rethrows -> (work: ProcessCost, reference: ProcessCost) {
        var best = (work: try work(), reference: try reference())
        for _ in 1..<rounds {
            best.work.keepLeast(of: try work())
            best.reference.keepLeast(of: try reference())
        }
        return best
    }

    private mutating func keepLeast(of other: ProcessCost) {
        seconds = min(seconds, other.seconds)
        cpuSeconds = min(cpuSeconds, other.cpuSeconds)
        peakMemory = min(peakMemory, other.peakMemory)
    }
}
