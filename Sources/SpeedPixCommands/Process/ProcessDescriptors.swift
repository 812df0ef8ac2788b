import SpeedPix

/// The process's open files, seen to before anything else runs.
public enum ProcessDescriptors {
    /// Raises the limit of open files as far as the system allows, and takes the numbers that the runtime itself needs.
    ///
    /// A run opens a file and a connection for each of its transfers, and macOS begins with a limit of 256. Timers of
    /// Swift's threads and NIO's event loops are open files as well, made when they are first used: where no number is left
    /// by then, libdispatch and NIO end the process.
    public static func prepare() async {
        OpenFileLimit.raise()
        try? await ContinuousClock().sleep(for: .nanoseconds(1))
        try? await SuspendingClock().sleep(for: .nanoseconds(1))
        let clock = TimerClock()
        try? await clock.sleep(until: clock.now.advanced(by: .nanoseconds(1)), tolerance: nil)
    }
}
