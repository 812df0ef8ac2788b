import ArgumentParser
import SpeedPix

/// What becomes at the service of predictions that a command gives up.
struct StopOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Cancels at the service what Ctrl-C, a time limit or a failure gives up; otherwise it goes on.",
            discussion: "Also the setting cancel_on_stop."))
    var cancelOnStop: Bool?

    /// - Parameter settings: What counts if the command line says nothing.
    func cancels(_ settings: ResolvedSettings) -> Bool {
        cancelOnStop ?? settings[.cancelOnStop]?.isTrue ?? false
    }
}
