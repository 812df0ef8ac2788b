import LuaRuntime
import SpeedPix

/// The options of `run` and `wait` that concern the wait.
struct WaitRequest: Sendable {
    /// The times that the script gives; ``PredictionCalls`` adds what else a wait needs.
    let options: WaitOptions
    let cancelOn: CancelChoice
    let onProgress: LuaFunction?

    static let options: [LuaField] = [
        """
        timeout: number — seconds; the prediction goes on when they are over, unless cancel_on says otherwise. Default: \
        none, as long as the service has said within the last 30 minutes that it goes on
        """,
        "polling_interval: number — seconds; default: adaptive",
        "on_progress: fun(job: Prediction) — called whenever something changed",
        """
        cancel_on: "timeout"|"stop"|false — when giving up ends it at the service, too; default: --cancel-on-stop says
        """,
    ]

    init(_ options: LuaOptions) throws {
        self.options = WaitOptions(
            timeout: try options.seconds("timeout"), pollingInterval: try options.seconds("polling_interval"))
        cancelOn = try CancelChoice(options)
        onProgress = try options.function("on_progress")
    }
}
