public import LuaRuntime
import SpeedPix

/// A value of the command line that is missing, wrong, or of no parameter: what it is called with has to change, not the script.
public struct ParameterError: LuaRaisable {
    /// The field that has the script's parameters, and by which the error is known again once it has gone through the script.
    private static let usageField = "usage"

    let message: String
    var hint: String?
    var code = LuaErrorCode.invalidArgument.value
    /// What the script takes.
    let parameters: [Parameter]

    /// `code` (`invalid_argument`, or that of a file that cannot be read), `message`, `hint` if there is one, `retryable`
    /// (false), and `usage`, the parameters of the script in a line each.
    public var luaFields: [String: LuaValue] {
        [
            "code": code, "message": .string(message), "hint": .optional(hint), "retryable": false,
            Self.usageField: .string(parameters.map(\.usage).joined(separator: "\n")),
        ]
    }

    /// What a script that has ended by this error takes, a line for each parameter; nil for any other error.
    public static func usage(in error: LuaError) -> [String]? {
        error.value.tableValue?[usageField]?.text?.split(separator: "\n").map(String.init)
    }
}
