import Foundation

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
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO] + (isSilent ? [STDERR_FILENO] : []) {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        let clock = ContinuousClock()
        let start = clock.now
        var process: pid_t = 0
        guard posix_spawnp(&process, program, &actions, nil, &words, &variables) == 0 else {
            throw ChildProcess.Failure(message: "\(program) did not start")
        }
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(process, &status, 0, &usage) == process, status == 0 else {
            throw ChildProcess.Failure(message: "\(program) \(arguments.joined(separator: " ")) ended badly")
        }
        #if canImport(Darwin)
        let unit = 1.0
        #else
        // Linux counts it in KiB.
        let unit = 1024.0
        #endif
        return ProcessCost(
            seconds: (clock.now - start) / .seconds(1),
            cpuSeconds: [usage.ru_utime, usage.ru_stime].reduce(0) {
                $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
            },
            peakMemory: Double(usage.ru_maxrss) * unit)
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
