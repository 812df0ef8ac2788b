/// The codes of errors that this room raises itself, as `e.code` has them. Hosts raise others: the codes of their own
/// ``LuaRaisable`` errors.
///
/// `CLuaBridge` raises some of them where no Swift runs: `timeout` and `canceled` for a stop, `cannot_wait`, `too_large`.
package enum LuaErrorCode: String, Sendable, CaseIterable {
    /// An argument that a function cannot take.
    case invalidArgument = "invalid_argument"
    /// The run, or the task that waited, was stopped.
    case canceled
    /// A time limit of the run or of a task has passed.
    case timeout
    /// A call that waits where Lua cannot pause.
    case cannotWait = "cannot_wait"
    /// A value or a nesting of tasks over a limit.
    case tooLarge = "too_large"
    /// Too much blocking work that was stopped and has not ended.
    case busy
    /// A text that is not JSON.
    case invalidJSON = "invalid_json"
    /// A Swift error that says nothing to scripts: a fault of the host.
    case `internal`

    /// As an error's field `code`.
    package var value: LuaValue { .string(rawValue) }
}
