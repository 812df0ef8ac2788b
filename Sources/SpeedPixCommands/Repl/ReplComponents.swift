import LuaRuntime
import SpeedPix
import SpeedPixLua

/// What a session is made of.
struct ReplComponents: Sendable {
    /// Its streams are the session's own, see ``SessionOutput``.
    var context: CommandContext
    var vm: LuaVM
    var host: ScriptHost
    var reader: any LineReader
    var output: SessionOutput
    var history: LineHistory
    /// Fetches a secret that only a command knows, and that the history has to know as well; nil if it knows all.
    var fetchSecret: (@Sendable () async -> String?)?
    /// Receives the session's events.
    var recorder: RunRecorder
    var pending: PendingLines
    /// Those that the session can name.
    var workflows: @Sendable () -> [KnownWorkflow]
    /// What `:workflows` says, asked for anew.
    var listWorkflows: @Sendable () async throws -> String
    /// Shows below the output what runs.
    var display: SessionDisplay
    /// What becomes of its predictions at the gateway inside this process; nil for a service.
    var localMode: LocalMode?
    /// Whether a person sees the prompts.
    var isInteractive: Bool
}
