package import LuaRuntime

/// A script that is only asked for its parameters wanted to reach the service.
package struct ParametersOnlyError: LuaRaisable {
    /// The field by which the error is known again once it has gone through the script.
    private static let mark = "parameters_only"

    package var luaFields: [String: LuaValue] {
        [
            "code": "invalid_argument", "message": "the script is only asked for its parameters; nothing is sent",
            "retryable": false, Self.mark: true,
        ]
    }

    /// Whether a script ended by this error.
    package static func hasEnded(by error: LuaError) -> Bool {
        error.value.tableValue?[mark] == .boolean(true)
    }
}
