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

    /// - Parameter directory: The folder of the script, if there is one: its `speedpix.toml` counts.
    /// - Throws: ``CommandFailure`` if settings are wrong.
    func cancels(_ service: ServiceOptions, _ context: CommandContext, beside directory: String? = nil) throws -> Bool {
        if let cancelOnStop { return cancelOnStop }
        guard service.readsSettings else { return false }
        do {
            return try service.settings(context, beside: directory)[.cancelOnStop]?.isTrue ?? false
        } catch {
            throw error.failure
        }
    }
}
