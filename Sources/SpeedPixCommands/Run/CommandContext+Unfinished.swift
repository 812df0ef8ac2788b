extension CommandContext {
    /// Lists what is paid for and was not saved: predictions that go on at the service, and those that have succeeded there. With
    /// their ids and the commands that fetch them. Predictions that end with this command are not listed.
    ///
    /// - Parameter localMode: What becomes of the predictions at the gateway inside this process; nil for a service.
    func reportUnfinished(_ state: RunState, at localMode: LocalMode?) {
        guard let flag = localMode.laterFlag else { return }
        let unfinished = state.unfinished.map { ($0.id, $0.label) }
        if !unfinished.isEmpty {
            say("these predictions go on \(localMode.laterLocation): \(Self.list(unfinished))")
            for line in NotCanceledText.lines(state.notCanceled, of: unfinished.map(\.0)) { say(line) }
            say("fetch one later: speedpix jobs download ID\(flag), or speedpix.get(id) in a script")
        }
        let unsaved = state.unsaved.entries
        if !unsaved.isEmpty {
            say(
                "these predictions succeeded, but their files were not saved: \(Self.list(unsaved.map { ($0.id, $0.label) }))"
            )
            say("fetch them: speedpix jobs download \(unsaved.map(\.id).joined(separator: " "))\(flag)".printable())
        }
        // A gateway inside this process has no console, and a create there costs nothing.
        guard localMode == nil else { return }
        for create in state.inDoubt {
            say("this create may have started a prediction, look in the console: \(create)".printable())
        }
    }

    /// "8d0f2a 91c3b7".
    private static func list(_ predictions: [(id: String, label: String?)]) -> String {
        predictions.map { id, label in label.map { "\(id) (\($0))" } ?? id }.joined(separator: " ").printable()
    }
}
