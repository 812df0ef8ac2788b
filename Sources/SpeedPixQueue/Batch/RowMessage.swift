package import NATS
import SpeedPix
package import SpeedPixBatch

/// A row as a worker gets it. A value.
package struct RowMessage: Sendable, Equatable {
    /// From 1, in the order of the source.
    package var number: Int
    /// The description of the row's key, by which its journal is known.
    package var key: String
    package var label: String
    /// The script's parameters by their names, without the batch's constants.
    package var values: [String: String]
    /// 1, and one more each time that the row is opened once more. The row's result is that of this generation.
    package var generation: Int

    package init(number: Int, key: String, label: String, values: [String: String], generation: Int = 1) {
        self.number = number
        self.key = key
        self.label = label
        self.values = values
        self.generation = generation
    }

    package init(_ line: RowLine, parameters: [String?], generation: Int = 1) {
        self.init(
            number: line.number, key: line.key, label: line.label, values: line.values(parameters),
            generation: generation)
    }

    package var token: RowToken { RowToken(key: key) }

    /// Where it stands in the source is not known here.
    package var row: BatchRow {
        BatchRow(number: number, position: .line(number), key: RowKey(key), label: label, values: values)
    }

    package var payload: [UInt8] {
        let json: JSONValue = [
            "row": .integer(Int64(number)), "key": .string(key), "token": .string(token.text), "label": .string(label),
            "values": .object(values.mapValues { .string($0) }), "generation": .integer(Int64(generation)),
        ]
        // Texts and whole numbers can always be encoded.
        return (try? json.encoded()) ?? []
    }

    /// A row that is published twice within the stream's window is stored once.
    package func headers(_ batch: BatchName) -> NATSHeaders {
        [NATSHeaders.messageID: "\(batch).\(token).\(generation)"]
    }

    /// - Returns: Nil for what no program has written.
    package init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), case .integer(let number)? = json["row"], number > 0,
            case .integer(let generation)? = json["generation"], generation > 0, let key = json["key"]?.stringValue,
            case .object(let values)? = json["values"]
        else { return nil }
        self.init(
            number: Int(number), key: key, label: json["label"]?.stringValue ?? key,
            values: values.compactMapValues(\.stringValue), generation: Int(generation))
    }
}
