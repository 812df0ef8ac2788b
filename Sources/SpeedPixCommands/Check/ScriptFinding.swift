/// Something wrong with a script that shows without running it.
struct ScriptFinding: Sendable, Equatable {
    var position: TextPosition
    var message: String
    /// Whether it is right in itself, and makes a resumed run pay again.
    var isWarning = false
}
