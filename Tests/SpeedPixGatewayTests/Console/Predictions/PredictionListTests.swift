import GRDB
import SpeedPix
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The list of predictions")
struct PredictionListTests {
    private static let date = Date(timeIntervalSince1970: 1_700_000_000)

    /// A database with predictions 1 to 12: `shop` and `echo` by turns, every third one of the key `studio`, every fourth with
    /// a label, and the first six ended, of which the third has failed.
    private static func with(_ body: @Sendable (PredictionDatabase) async throws -> Void) async throws {
        try await withDirectory { folder in
            let database = try PredictionDatabase(folder: folder)
            for number in 1...12 { try await add(number, to: database) }
            try await body(database)
            await database.close()
        }
    }

    private static func add(_ number: Int, to database: PredictionDatabase) async throws {
        let colour = number.isMultiple(of: 2) ? "Red" : "100%_blue"
        let inputs = try #require(StoredInputs(#"{"prompt":"A \#(colour) shoe","seed":\#(7000 + number)}"#))
        _ = try await database.add(
            "p-\(number)", workflow: number.isMultiple(of: 2) ? "shop" : "echo", version: "v1", inputs, created: date,
            owner: number.isMultiple(of: 3) ? "studio" : "demo", label: number.isMultiple(of: 4) ? "Spring sale" : nil,
            nonce: nil)
        guard number <= 6 else { return }
        var record = PredictionRecord(
            id: "p-\(number)", owner: nil, workflowID: "", pool: .light, estimate: .zero, footprint: 0, number: number)
        record.status = number == 3 ? .failed : .succeeded
        record.ended = date
        try await database.end(record)
    }

    private static func query(_ text: String = "") throws -> PredictionListQuery {
        try PredictionListQuery(QueryParameters(text))
    }

    private static func numbers(_ text: String, _ database: PredictionDatabase, running: [Int] = []) async throws
        -> [Int]
    {
        let page = try await database.list(try query(text), running: running)
        #expect(page.total == page.records.count)
        return page.records.map(\.number)
    }

    @Test(
        "Prediction list: the list is filtered by each of its parameters, and by several at once",
        arguments: [
            ("", Array((1...12).reversed())), ("workflow=shop", [12, 10, 8, 6, 4, 2]), ("key=studio", [12, 9, 6, 3]),
            ("state=failed", [3]), ("state=succeeded&workflow=shop", [6, 4, 2]), ("state=running", [8, 7]),
            ("state=waiting", [12, 11, 10, 9]), ("label=Spring+sale", [12, 8, 4]), ("label=Spring", []),
            ("mark=good", []), ("text=p-11", [11]), ("text=red+SHOE", [12, 10, 8, 6, 4, 2]),
            ("text=sale+shop", [12, 8, 4]),
            ("text=7005", [5]), ("text=%25_", [11, 9, 7, 5, 3, 1]), ("text=_", [11, 9, 7, 5, 3, 1]), ("text=r_d", []),
            ("text=prompt", []), ("workflow=shop&key=studio&state=waiting&label=Spring%20sale&text=red", [12]),
            ("workflow=none", []), ("through=5", [5, 4, 3, 2, 1]), ("through=0", []),
        ] as [(String, [Int])])
    func filters(text: String, expected: [Int]) async throws {
        try await Self.with { database in
            let numbers = try await Self.numbers(text, database, running: [7, 8])
            #expect(numbers == expected)
        }
    }

    @Test("Prediction list: a part of the list is the same while new predictions arrive")
    func parts() async throws {
        try await Self.with { database in
            let first = try await database.list(try Self.query("limit=5"), running: [])
            #expect(first.total == 12 && first.through == 12 && first.records.map(\.number) == [12, 11, 10, 9, 8])
            try await Self.add(13, to: database)
            let second = try await database.list(
                try Self.query("limit=5&offset=5&through=\(first.through)"), running: [])
            #expect(second.total == 12 && second.records.map(\.number) == [7, 6, 5, 4, 3])
            let last = try await database.list(try Self.query("limit=5&offset=10&through=12"), running: [])
            #expect(last.records.map(\.number) == [2, 1])
            #expect(try await database.list(try Self.query("offset=99"), running: []).records.isEmpty)
            #expect(try await database.list(try Self.query(), running: []).through == 13)
        }
    }

    @Test(
        "Prediction list: counts and parts are read from the index alone, whatever they are filtered by",
        arguments: [
            "", "workflow=shop", "key=demo&label=x&mark=good", "state=failed&workflow=shop", "state=waiting",
        ])
    func plan(text: String) async throws {
        try await Self.with { database in
            let (source, arguments) = try Self.query(text).source(through: 12, running: [])
            for sql in [
                "SELECT COUNT(*) \(source)", "SELECT p.number \(source) ORDER BY p.number DESC LIMIT 60 OFFSET 0",
            ] {
                let plan = try await Self.plan(of: sql, arguments, database)
                #expect(plan.count == 1 && plan.allSatisfy { $0.contains("COVERING INDEX prediction_list") }, "\(plan)")
            }
        }
    }

    @Test("Prediction list: a search reads the table of texts and the index, and no inputs or outputs")
    func searchPlan() async throws {
        try await Self.with { database in
            let (source, arguments) = try Self.query("text=red+shoe&workflow=shop").source(through: 12, running: [])
            let plan = try await Self.plan(
                of: "SELECT p.number \(source) ORDER BY p.number DESC LIMIT 60", arguments, database)
            #expect(plan.count == 2 && plan[0].contains("COVERING INDEX prediction_list"), "\(plan)")
            #expect(plan.last?.contains("INTEGER PRIMARY KEY") == true, "\(plan)")
        }
    }

    private static func plan(
        of sql: String, _ arguments: StatementArguments, _ database: PredictionDatabase
    ) async throws -> [String] {
        try await DatabaseQueue(path: database.path).read { connection in
            try Row.fetchAll(connection, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: arguments).map { $0["detail"] }
        }
    }

    @Test("Prediction list: the filters are what there is, each once and in order")
    func names() async throws {
        try await Self.with { database in
            let filters = try await database.filters()
            #expect(
                filters
                    == PredictionFilters(
                        workflows: ["echo", "shop"], keys: ["demo", "studio"], labels: ["Spring sale"]))
        }
    }

    @Test("Prediction list: predictions that are forgotten leave no text behind")
    func removal() async throws {
        try await Self.with { database in
            try await database.remove(["p-1", "p-7"])
            _ = try await database.removeEnded(before: Self.date.addingTimeInterval(1), keeping: 100)
            #expect(try await Self.numbers("", database) == Array((7...12).reversed()))
            let texts = try await DatabaseQueue(path: database.path).read { connection in
                try Int.fetchAll(connection, sql: "SELECT number FROM prediction_text ORDER BY number")
            }
            #expect(texts == Array(7...12))
        }
    }

    @Test("Prediction list: a row that makes no sense is listed as failed, and hides no other")
    func malformed() async throws {
        try await Self.with { database in
            try await DatabaseQueue(path: database.path).write { connection in
                try connection.execute(sql: "UPDATE prediction SET outputs = 'nonsense' WHERE number = 2")
            }
            let page = try await database.list(try Self.query("through=3"), running: [])
            #expect(page.records.map(\.status) == [.failed, .failed, .succeeded])
            #expect(page.records[1].failure?.contains("makes no sense") == true)
        }
    }

    @Test("Prediction list: a search finds as many in all as without a limit, whatever part of them is wanted")
    func searchedParts() async throws {
        try await Self.with { database in
            for (part, expected) in [
                ("limit=2", [12, 10]), ("limit=2&offset=4", [4, 2]), ("limit=2&offset=5", [2]), ("offset=6", []),
                ("offset=\(1 << 53)", []),
            ] as [(String, [Int])] {
                let page = try await database.list(try Self.query("text=red&\(part)"), running: [])
                #expect(page.total == 6 && page.records.map(\.number) == expected, "\(part)")
            }
        }
    }

    @Test("Prediction list: a list reads no inputs, of which each may be as large as a request")
    func noInputs() async throws {
        try await Self.with { database in
            try await DatabaseQueue(path: database.path).write { connection in
                try connection.execute(sql: "UPDATE prediction SET inputs = 'nonsense', info = 'nonsense'")
            }
            let page = try await database.list(try Self.query("through=7&limit=2"), running: [])
            #expect(page.records.map(\.status) == [.waiting, .succeeded])
            #expect(try await database.records(of: ["p-7"]).map(\.status) == [.waiting])
            // They are read for one prediction, whose row then makes no sense.
            await #expect(throws: StorageError.self) { _ = try await database.find("p-7") }
        }
    }

    @Test("Prediction list: a list reads the beginning of a long failure, and no long outputs")
    func longRows() async throws {
        try await Self.with { database in
            let long = String(repeating: "ä", count: 200_000)
            try await DatabaseQueue(path: database.path).write { connection in
                try connection.execute(sql: "UPDATE prediction SET failure = ? WHERE number = 3", arguments: [long])
                try connection.execute(
                    sql: "UPDATE prediction SET outputs = ? WHERE number = 2",
                    arguments: [#"{"text":{"data":"\#(long)"}}"#])
            }
            let records = try await database.list(try Self.query("through=3"), running: []).records
            #expect(records.map(\.status) == [.failed, .succeeded, .succeeded])
            #expect(records[0].failure == String(long.prefix(StoredPrediction.listedFailure)))
            #expect(records[1].outputs.count == 1 && records[1].heldBytes < 2000 && records[2].outputs.isEmpty)
        }
    }

    @Test("Prediction list: a database of before is listed, with what can be found of its predictions")
    func migration() async throws {
        try await withDirectory { folder in
            let path = folder.appending(PredictionDatabase.filename).string
            let before = try DatabaseQueue(path: path)
            try PredictionSchema.migrator.migrate(before, upTo: "comfyui 1")
            try await before.write { connection in
                try connection.execute(
                    sql: """
                        INSERT INTO prediction (id, workflow, inputs, input_files, status, outputs, created, ended)
                        VALUES ('P-old', 'shop', NULL, '[]', 'succeeded', '{}', 1, 2)
                        """)
            }
            try before.close()
            let database = try PredictionDatabase(folder: folder)
            #expect(try await Self.numbers("text=p-OLD+shop", database) == [1])
            #expect(try await database.inputs(of: "P-old") == nil)
            let change = try PredictionNotesChange(CallBody(Array(#"{"label":"kept","mark":"bad"}"#.utf8)))
            #expect(try await database.setNotes(change, of: "P-old") == PredictionNotes(mark: .bad, label: "kept"))
            #expect(try await Self.numbers("text=kept+p-old&mark=bad", database) == [1])
            #expect(try await database.setNotes(change, of: "none") == nil)
            await database.close()
        }
    }
}
