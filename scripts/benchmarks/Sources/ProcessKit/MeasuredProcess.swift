import Foundation

/// A program that is measured: from its start to its end, or until it is told to end.
public struct MeasuredProcess {
    private let name: String
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let process: pid_t

    /// Starts a program, which inherits nothing but the given environment.
    ///
    /// - Parameters:
    ///   - isSilent: Drops what it says on standard error, too.
    ///   - output: The descriptor that gets what it prints; nil drops that.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        isSilent: Bool = false, output: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO] + (isSilent ? [STDERR_FILENO] : []) {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        name = "\(program) \(arguments.joined(separator: " "))"
        start = clock.now
        var process: pid_t = 0
        guard posix_spawnp(&process, program, &actions, nil, &words, &variables) == 0 else {
            throw ChildProcess.Failure(message: "\(program) did not start")
        }
        self.process = process
    }

    /// User and system time of all its threads, from its start until now, in seconds. Not to be asked for after its end.
    public var cpuSeconds: Double {
        get throws {
            #if canImport(Darwin)
            var usage = rusage_info_v2()
            let status = withUnsafeMutablePointer(to: &usage) { pointer in
                pointer.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
                    proc_pid_rusage(process, RUSAGE_INFO_V2, $0)
                }
            }
            // Times are counted in ticks, whose length depends on the processor.
            var tick = mach_timebase_info_data_t()
            guard status == 0, mach_timebase_info(&tick) == KERN_SUCCESS else {
                throw ChildProcess.Failure(message: "the system does not tell what \(name) has taken")
            }
            let ticks = Double(usage.ri_user_time) + Double(usage.ri_system_time)
            return ticks * Double(tick.numer) / Double(tick.denom) / 1e9
            #else
            var cpuClock: clockid_t = 0
            var time = timespec()
            guard clock_getcpuclockid(process, &cpuClock) == 0, clock_gettime(cpuClock, &time) == 0 else {
                throw ChildProcess.Failure(message: "the system does not tell what \(name) has taken")
            }
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
            #endif
        }
    }

    /// Tells it to end.
    public func terminate() {
        kill(process, SIGTERM)
    }

    /// Waits for its end. To be called once.
    ///
    /// - Throws: ``ChildProcess/Failure`` unless it ends well.
    public func finish() throws -> ProcessCost {
        try cost(ofAnyEnd: false)
    }

    /// Tells it to end, and waits for that: a server ends as it likes, by the signal or with a status. To be called once.
    public func stop() throws -> ProcessCost {
        terminate()
        return try cost(ofAnyEnd: true)
    }

    private func cost(ofAnyEnd takesAnyEnd: Bool) throws -> ProcessCost {
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(process, &status, 0, &usage) == process, status == 0 || takesAnyEnd else {
            throw ChildProcess.Failure(message: "\(name) ended badly")
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
}
