import SpeedPix

/// Rows that are to be done once more, in a generation of their own. A value.
package struct ReopenedRows: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var number: Int
        package var generation: Int

        package init(number: Int, generation: Int) {
            self.number = number
            self.generation = generation
        }
    }

    /// Rows of one list, at most: it is a message.
    package static let most = 20_000

    package var rows: [Row]
    /// By which its writer knows it again.
    package var token: String

    package init(_ rows: [Row], token: String) {
        self.rows = rows
        self.token = token
    }

    package var payload: [UInt8] {
        let json: JSONValue = [
            "rows": .array(rows.map { [.integer(Int64($0.number)), .integer(Int64($0.generation))] }),
            "token": .string(token),
        ]
        // Texts and whole numbers can always be encoded.
        return (try? json.encoded()) ?? []
    }

    /// - Returns: Nil for what no program has written.
    package init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), let rows = json["rows"]?.arrayValue else { return nil }
        var read: [Row] = []
        for row in rows {
            guard let pair = row.arrayValue, pair.count == 2, case .integer(let number) = pair[0],
                case .integer(let generation) = pair[1], generation > 1
            else { return nil }
            read.append(Row(number: Int(number), generation: Int(generation)))
        }
        self.init(read, token: json["token"]?.stringValue ?? "")
    }
}
