// Which refusals end a wait for a prediction that is paid for.
extension SpeedPixError {
    /// An engine may not know a task yet that its API has just taken; for this long after a create, "no such task" is
    /// no last word.
    static let unsettledAfterCreate: Duration = .seconds(30)

    /// Whether calling again about a prediction cannot help, as far as is known. What is unknown is not final: the official
    /// documents list no codes, and a prediction that is given up is paid for in vain.
    ///
    /// - Parameter age: Time since the create; nil for a prediction that was looked up by its id.
    func isFinal(sinceCreate age: Duration?) -> Bool {
        switch code {
        // An answer that only has a status may come from a proxy or a firewall between here and the service.
        case .auth: !isUnexplained
        case .apiError: saysNoSuchCall || saysNoSuchTask && (age.map { $0 >= Self.unsettledAfterCreate } ?? true)
        case .invalidResponse: false
        default: true
        }
    }

    /// Whether the service said that it does not know the prediction, or cannot make sense of its id.
    private var saysNoSuchTask: Bool {
        let code = ServiceCode.normalized(serviceCode ?? "")
        if ServiceCode.noSuchTaskParts.contains(where: code.contains) { return true }
        let text = message.lowercased()
        return Self.noSuchTaskPhrases.contains(where: text.contains)
    }

    /// The usual words, in English and in Chinese: no public document of the service lists its own. Without a code they are the
    /// only sign.
    private static let noSuchTaskPhrases = [
        "no such task", "task not found", "task does not exist", "task doesn't exist", "task not exist", "unknown task",
        "任务不存在", "找不到任务",
    ]
}
