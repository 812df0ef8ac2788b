import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import Testing

@Suite("Rows in a queue")
struct QueueRowTests {
    private static let line = RowLine(
        number: 3, line: 4, key: "A-014#2", label: "Schuh\n\"x\"", cells: ["A-014", nil, "a, b", nil])

    @Test("A line is read as it was written, without empty cells at its end")
    func line() {
        #expect(Self.line.cells == ["A-014", nil, "a, b"])
        #expect(Self.line.bytes.last == 0x0A)
        #expect(Self.line.bytes.dropLast().contains(0x0A) == false)
        #expect(RowLine(parsing: Self.line.bytes.dropLast()) == Self.line)
        let file = RowLine(number: 1, line: nil, key: "k", label: "l", cells: [])
        #expect(RowLine(parsing: file.bytes.dropLast()) == file)
        #expect(RowLine(parsing: Array("{}".utf8)) == nil)
    }

    @Test("RowLine: numbers and truth values of the source stay such, and texts that look like them texts")
    func types() throws {
        let line = RowLine(
            number: 1, line: 1, key: "k", label: "l", cells: ["7", "7", nil, "true", "1.5", "true"],
            jsonCells: [0, 3, 4])
        let read = try #require(RowLine(parsing: line.bytes.dropLast()))
        #expect(read == line)
        #expect(read.sourceValues == [7, "7", nil, true, 1.5, "true"])
        #expect(read.values(["a", "b", nil, "c", nil, nil]) == ["a": "7", "b": "7", "c": "true"])
    }

    @Test("RowLine: one without types, as versions before have written it, has texts alone")
    func withoutTypes() {
        let old = RowLine(parsing: Array(#"{"cells":["7",null,"x"],"key":"k","label":"l","line":2,"row":1}"#.utf8))
        #expect(old?.sourceValues == ["7", nil, "x"])
        #expect(old?.jsonCells == [])
        #expect(Self.line.bytes == RowLine(parsing: Self.line.bytes.dropLast())?.bytes)
        #expect(!String(decoding: Self.line.bytes, as: UTF8.self).contains("json"))
    }

    @Test("RowLine: types that fit no cell change nothing")
    func wrongTypes() {
        let line = RowLine(
            parsing: Array(#"{"cells":["x",null],"json":[0,1,-1,7,"0"],"key":"k","label":"l","row":1}"#.utf8))
        #expect(line?.sourceValues == ["x"])
    }

    @Test("Rows that differ in the types of their cells alone have the same digest, other rows another one")
    func digest() throws {
        func digest(_ cell: String, _ jsonCells: [Int]) throws -> String {
            try QueuePieces.digest(
                of: [RowLine(number: 1, line: 1, key: "k", label: "l", cells: [cell], jsonCells: jsonCells)])
        }
        #expect(try digest("7", [0]) == digest("7", []))
        #expect(try digest("7", [0]) != digest("8", [0]))
    }

    @Test("A worker gets the cells of columns that have a parameter, and is told the row by its key")
    func message() {
        let message = RowMessage(Self.line, parameters: [nil, "size", "text"], generation: 2)
        #expect(message.values == ["text": "a, b"])
        #expect(RowMessage(payload: message.payload) == message)
        #expect(message.row.key.description == "A-014#2")
        #expect(message.token == Self.line.token)
        #expect(RowMessage(payload: Array(#"{"row":1,"key":"k","values":{},"generation":0}"#.utf8)) == nil)
    }

    @Test("Lines are found again in the pieces that they were put into")
    func pieces() throws {
        let lines = (1...5).map { RowLine(number: $0 * 2, line: $0, key: "k\($0)", label: "l", cells: ["\($0)"]) }
        var read = BatchLines()
        func append(_ piece: [UInt8]) -> Bool { read.append(piece) }
        #expect(append(lines[..<2].flatMap(\.bytes)))
        #expect(append(lines[2...].flatMap(\.bytes)))
        #expect(try (0..<5).map { try read.line($0) } == lines)
        let rows = try FollowedRows(read)
        #expect((0...11).map { rows.index(of: $0) } == [nil, nil, 0, nil, 1, nil, 2, nil, 3, nil, 4, nil])
    }

    @Test("What does not end with a line is no piece")
    func damaged() {
        var read = BatchLines()
        func append(_ piece: [UInt8]) -> Bool { read.append(piece) }
        let whole = Self.line.bytes
        #expect(!append(Array(whole.dropLast())))
        #expect(!append(Array(whole.dropFirst())))
    }

    @Test("A row that is larger than a message is refused by its label, before anything is published")
    func tooLarge() throws {
        let large = RowLine(
            number: 1, line: 2, key: "k", label: "A-1", cells: [String(repeating: "x", count: QueuePieces.size)])
        #expect { try QueuePieces.digest(of: [large]) } throws: { error in
            let error = error as? QueueError
            return error?.code == .tooLarge && error?.message.contains("A-1") == true
        }
        #expect(try QueuePieces.digest(of: [Self.line]) == QueuePieces.digest(Self.line.bytes))
    }

    @Test("A file has as many pieces as it is cut into", arguments: [0, 1, 524_288, 524_289, 1_048_576])
    func cut(size: Int) {
        let pieces = QueuePieces.cut([UInt8](repeating: 7, count: size))
        #expect(pieces.count == QueuePieces.count(of: size))
        #expect(pieces.reduce(0) { $0 + $1.count } == size)
        #expect(pieces.allSatisfy { (1...QueuePieces.size).contains($0.count) })
    }

    @Test("Seals, lists of rows opened again, results, stops and reports are read as they were written")
    func records() throws {
        let sealed = SealedRows(count: 3, pieces: ["aa", "bb"])
        #expect(SealedRows(payload: sealed.payload) == sealed)
        let reopened = ReopenedRows([.init(number: 4, generation: 2)], token: "t")
        #expect(ReopenedRows(payload: reopened.payload) == reopened)
        let result = QueuedResult(
            row: 4, generation: 2, worker: "w", tries: 3,
            result: RowResult(.failed, failure: .init(code: "c", message: "m", isRetryable: true)), created: 1)
        #expect(QueuedResult(payload: result.payload) == result)
        let reasons: [BatchStop] = [.failures(code: "c", count: 10, message: "m"), .until("06:00"), .budget(5)]
        for reason in reasons {
            let stop = try #require(QueueStop(reason, worker: "w"))
            #expect(QueueStop(payload: stop.payload) == stop)
        }
        #expect(QueueStop(.interrupted, worker: "w") == nil)
        let report = WorkerReport(worker: "w", row: 4, label: "A", message: "lacks x.jpg below its --root")
        #expect(WorkerReport(payload: report.payload) == report)
    }
}
