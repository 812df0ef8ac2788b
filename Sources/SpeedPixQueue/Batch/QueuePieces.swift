import Crypto
import SpeedPix

/// How scripts and rows are cut into messages, which NATS bounds at 1 MiB.
package enum QueuePieces {
    /// Bytes of a piece, at most.
    package static let size = 512 << 10
    /// What the server's `max_payload` must allow: an entry of a row's log may be larger than a piece, and one that is not taken could
    /// never be written down.
    package static let neededPayload = RowLog.largestEntry + (64 << 10)

    /// How many pieces so many bytes have; nothing has none.
    package static func count(of bytes: Int) -> Int { (bytes + size - 1) / size }

    /// The pieces of a file, in their order.
    package static func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    /// SHA-256 in hexadecimal.
    package static func digest(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }

    /// The digest of all lines of rows, see `BatchManifest.Rows.digest`.
    ///
    /// The types of cells do not count: the scripts get the same. So a batch that was begun before lines had them is still known.
    ///
    /// - Throws: ``QueueError`` `tooLarge` for a row that is larger than a piece; `CancellationError`.
    package static func digest(of lines: some Sequence<RowLine>) throws -> String {
        var hasher = SHA256()
        for (index, line) in lines.enumerated() {
            if index.isMultiple(of: 4096) { try Task.checkCancellation() }
            let bytes = line.bytes
            guard bytes.count <= size else {
                throw QueueError(
                    .tooLarge, "the row \(line.label) has \(bytes.count) bytes: a row in a queue has at most \(size)",
                    remedy: "leave long columns out with --map COLUMN=, or put what is long into a file")
            }
            hasher.update(data: line.jsonCells.isEmpty ? bytes : line.untypedBytes)
        }
        return hasher.finalize().hexadecimal
    }
}

/// Rows that go into one piece: as many whole lines as it takes. The same rows always give the same pieces.
struct RowPiece: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var lines: [RowLine] = []

    /// - Returns: False if it is full; the line belongs to the next one.
    mutating func add(_ line: RowLine) -> Bool {
        let new = line.bytes
        guard bytes.isEmpty || bytes.count + new.count <= QueuePieces.size else { return false }
        bytes += new
        lines.append(line)
        return true
    }
}
