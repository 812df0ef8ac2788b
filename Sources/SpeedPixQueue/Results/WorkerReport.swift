import SpeedPix

/// What a worker cannot do for a row, which it has handed back: a file that it does not see, for instance. A value.
package struct WorkerReport: Sendable, Equatable {
    package var worker: String
    /// The row's number and what people call it.
    package var row: Int
    package var label: String
    /// One sentence without a full stop that begins with a verb: `lacks photos/7.jpg below its --root`.
    package var message: String

    package init(worker: String, row: Int, label: String, message: String) {
        self.worker = worker
        self.row = row
        self.label = label
        self.message = message
    }

    package var payload: [UInt8] {
        let json: JSONValue = [
            "worker": .string(worker), "row": .integer(Int64(row)), "label": .string(label),
            "message": .string(message),
        ]
        // Texts and whole numbers can always be encoded.
        return (try? json.encoded()) ?? []
    }

    /// - Returns: Nil for what no program has written.
    package init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), let worker = json["worker"]?.stringValue,
            let message = json["message"]?.stringValue
        else { return nil }
        var row = 0
        if case .integer(let number)? = json["row"] { row = Int(number) }
        self.init(worker: worker, row: row, label: json["label"]?.stringValue ?? "", message: message)
    }

    /// What a worker's name is in subjects: that of a row's key, since a name is any text.
    package static func token(of worker: String) -> String { RowToken(key: worker).text }
}
