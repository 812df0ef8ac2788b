package import SpeedPix

/// What a row's log keeps of inputs and predictions: never what gives access to something, and never more than fits in a message.
package enum RowLogRecord {
    /// Of one record or value, in bytes of its JSON. A log's entries end at 1 MiB.
    static let largest = 700 << 10
    /// Of an input, which is there for people only.
    static let largestInput = 64 << 10

    /// A prediction's record. Without its input if that is the intent's; without its output and its input if it is too large: then
    /// the service is asked for it again.
    package static func bounded(_ prediction: Prediction, repeating intent: LoggedIntent?) -> JSONValue {
        guard case .object(var members) = prediction.record else { return prediction.record }
        if let intent, members["input"] == .object(intent.input) { members["input"] = nil }
        guard size(.object(members)) > largest else { return .object(members) }
        return .object(members.filter { ["id", "status", "workflow", "label"].contains($0.key) })
    }

    /// An intent as it is logged.
    package static func intent(_ create: JournaledCreate, named name: String) -> LoggedIntent {
        let input = JSONValue.object(create.input).withoutSignatures
        return LoggedIntent(
            create: name, position: create.position, digest: create.identity?.digest,
            // A prefix of each input's digest is enough to say which input differs.
            inputs: (create.identity?.inputs ?? [:]).mapValues { String($0.prefix(16)) },
            workflowID: create.workflowID, label: create.label?.withoutSignatures,
            input: size(input) > largestInput ? [:] : input.objectValue ?? [:])
    }

    /// Bytes of the JSON; the most there are for what JSON cannot say.
    static func size(_ value: JSONValue) -> Int { (try? value.encoded().count) ?? .max }
}
