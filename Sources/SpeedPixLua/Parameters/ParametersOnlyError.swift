public import LuaRuntime

/// A script that is only asked for its parameters, see ``ScriptHost/onParameters``, wanted to reach the service.
public struct ParametersOnlyError: LuaRaisable {
    /// The field by which the error is known again once it has gone through the script.
    private static let mark = "parameters_only"

    /// `code` (`invalid_argument`), `message`, `retryable` (false), and the mark by which it is known again.
    public var luaFields: [String: LuaValue] {
        [
            "code": LuaErrorCode.invalidArgument.value,
            "message": "the script is only asked for its parameters; nothing is sent",
            "retryable": false, Self.mark: true,
        ]
    }

    /// Whether a script ended by this error.
    public static func hasEnded(by error: LuaError) -> Bool {
        error.value.tableValue?[mark] == .boolean(true)
    }
}
