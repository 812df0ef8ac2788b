/// Something wrong with a script that shows without running it.
struct ScriptFinding: Sendable, Equatable {
    var place: TextPlace
    var message: String
}
