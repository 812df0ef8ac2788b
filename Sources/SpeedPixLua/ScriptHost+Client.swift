package import LuaRuntime
import SpeedPix

extension ScriptHost {
    /// The client, unless the script is only being asked for its parameters.
    ///
    /// - Throws: ``LuaArgumentError`` then.
    func requireClient() throws -> SpeedPixClient {
        guard onParameters == nil else { throw LuaArgumentError(Self.helpRefusal) }
        return client
    }

    private static let helpRefusal = "the script is only asked for its parameters; nothing is sent"

    /// Whether a script that was asked for its parameters ended because it wanted to reach the service.
    package static func isHelpRefusal(_ error: LuaError) -> Bool {
        error.value.tableValue?["message"]?.text == helpRefusal
    }
}
