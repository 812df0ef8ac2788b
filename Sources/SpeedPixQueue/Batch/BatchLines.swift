/// The rows of a batch as they come from its queue: the bytes of their lines, of which each is read when it is asked for. A value.
package struct BatchLines: Sendable {
    private var pieces: [[UInt8]] = []
    /// For each row its piece, and where its line begins in it.
    private var places: [(piece: Int32, start: Int32)] = []

    package init() {}

    package var count: Int { places.count }

    /// - Returns: False for a piece that has something else than whole lines of rows.
    package mutating func append(_ piece: [UInt8]) -> Bool {
        guard piece.last == 0x0A, piece.count < Int32.max else { return false }
        var start = 0
        while start < piece.count {
            guard let end = piece[start...].firstIndex(of: 0x0A), piece[start] == UInt8(ascii: "{") else {
                return false
            }
            places.append((Int32(pieces.count), Int32(start)))
            start = end + 1
        }
        pieces.append(piece)
        return true
    }

    /// - Throws: ``QueueError`` `malformed` for what no program has written.
    package func line(_ index: Int) throws(QueueError) -> RowLine {
        let place = places[index]
        let piece = pieces[Int(place.piece)]
        let rest = piece[Int(place.start)...]
        guard let line = RowLine(parsing: rest[..<(rest.firstIndex(of: 0x0A) ?? rest.endIndex)]) else {
            throw QueueError(.malformed, "row \(index + 1) in the queue cannot be read")
        }
        return line
    }
}
