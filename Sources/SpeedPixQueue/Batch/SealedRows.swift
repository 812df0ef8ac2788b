import SpeedPix

/// Says that every row of a batch is in the queue. A value.
package struct SealedRows: Sendable, Equatable {
    /// How many there are.
    package var count: Int
    /// Of each piece of the rows, the SHA-256 in hexadecimal.
    package var pieces: [String]

    package init(count: Int, pieces: [String]) {
        self.count = count
        self.pieces = pieces
    }

    package var payload: [UInt8] {
        let json: JSONValue = ["rows": .integer(Int64(count)), "pieces": .array(pieces.map { .string($0) })]
        // Texts and whole numbers can always be encoded.
        return (try? json.encoded()) ?? []
    }

    /// - Returns: Nil for what no program has written.
    package init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), case .integer(let count)? = json["rows"],
            let pieces = json["pieces"]?.arrayValue
        else { return nil }
        self.init(count: Int(count), pieces: pieces.compactMap(\.stringValue))
    }
}
