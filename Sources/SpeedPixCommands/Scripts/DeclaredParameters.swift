import LuaRuntime
import SpeedPix
import SpeedPixLua
import Synchronization

/// What a script declared with `speedpix.params`.
final class DeclaredParameters: Sendable {
    private let state = Mutex<[Parameter]?>(nil)

    @Sendable func set(_ parameters: [Parameter]) {
        state.withLock { $0 = parameters }
    }

    var all: [Parameter]? { state.withLock { $0 } }
}

extension DeclaredParameters {
    /// How long a script may take until it has declared its parameters.
    private static let timeout: Duration = .seconds(10)

    /// Runs a script as far as `speedpix.params`; nothing is sent, and nothing that it prints is shown.
    ///
    /// - Returns: Nil for a script that declares none, or wants to reach the service before.
    /// - Throws: ``CommandFailure`` if it ends before by another error; `CancellationError`.
    static func ask(_ script: ScriptFile, _ plan: HostPlan, in context: CommandContext) async throws -> [Parameter]? {
        try script.checkEncoding()
        let declared = DeclaredParameters()
        let host = ScriptHost(plan, streams: .none, context, onEvent: { _ in }, onParameters: declared.set)
        do {
            try await BoundedRun(
                vm: LuaVM(modules: SpeedPixModule.modules(host)), timeout: timeout, context: context,
                isWholeCommand: false
            ).execute(script.chunk)
        } catch let error as LuaError where declared.all == nil && !ParametersOnlyError.hasEnded(by: error) {
            throw CommandFailure(.failure, ErrorText.describe(error, chunk: script.chunk))
        } catch is LuaError {
            // Ending the script there is what params does when it is asked.
        }
        return declared.all
    }
}
