import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixBatch

@Suite("Where results may go")
struct ResultsFileCheckTests {
    private func check(_ folder: TemporaryFolder, _ name: String, rows: String? = nil) throws {
        try ResultsFile.check(path: folder[name], shown: name, rows: rows.map { folder[$0] })
    }

    private func open(_ folder: TemporaryFolder, _ name: String) throws -> ResultsFile {
        try ResultsFile(
            path: folder[name], shown: name, format: try #require(ResultsFormat(path: name)), columns: ["id"], rows: nil
        ) { add in try add(ResultRecord(number: 1, source: ["a"], result: RowResult(.succeeded))) }
    }

    @Test("Results replace the results of a batch, and an empty file", arguments: ["r.csv", "r.jsonl"])
    func ownResults(name: String) throws {
        let folder = try TemporaryFolder()
        try check(folder, name)
        try folder.write("", to: name)
        try check(folder, name)
        do { withExtendedLifetime(try open(folder, name)) {} }
        try check(folder, name)
        do { withExtendedLifetime(try open(folder, name)) {} }
        #expect(try folder.names == [name])
    }

    @Test(
        "Results are known again when a spreadsheet has saved them",
        arguments: [
            "id;state;error;predictions;seconds\r\n",
            "sep=\t\r\nid\tstate_2\terror_2\tpredictions\tseconds_3\tfile\r\n",
            "\u{FEFF}\"id\",\"state\",\"error\",\"predictions\",\"seconds\"\n1,succeeded,,1,2.00",
            #"{"id":"1","predictions":0,"state":"not_run"}"#,
        ])
    func savedAgain(text: String) {
        #expect(ResultsFile.isResults(Array(text.utf8)[...]))
    }

    @Test("Results in UTF-16, as Excel may save them, are known again")
    func utf16() {
        var bytes: [UInt8] = [0xFF, 0xFE]
        for byte in "id\tstate\terror\tpredictions\tseconds\r\n".utf8 { bytes += [byte, 0] }
        #expect(ResultsFile.isResults(bytes[...]))
    }

    @Test(
        "What no batch has written is not replaced",
        arguments: [
            "id,text\r\n1,x\r\n", "name,state\r\nAda,Ohio\r\n", "state,error,seconds,predictions\r\n", "\"open",
            "state,errors,predictions,seconds\r\n", "{\"state\":\"Ohio\",\"predictions\":1}\n",
            "{\"state\":\"failed\"}\n", "{", "\u{0}\u{1}\u{2}",
        ])
    func foreignFile(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "r.csv")
        let error = #expect(throws: SpeedPixError.self) { try check(folder, "r.csv") }
        #expect(error?.code == .invalidArgument && error?.message.hasPrefix("r.csv is there already") == true)
        #expect(error?.remedy?.contains("--results") == true)
        #expect(throws: SpeedPixError.self) { try open(folder, "r.csv") }
        #expect(try folder.text("r.csv") == text && folder.names == ["r.csv"])
    }

    @Test("Results replace neither a folder nor the rows, and need a folder that is there")
    func refusals() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("r.csv")
        #expect(throws: SpeedPixError.self) { try check(folder, "r.csv") }
        let missing = #expect(throws: SpeedPixError.self) { try check(folder, "nowhere/r.csv") }
        #expect(missing?.message.contains("there is no folder") == true)
        do { withExtendedLifetime(try open(folder, "old.csv")) {} }
        try folder.link("link.csv", to: "old.csv")
        for rows in ["old.csv", "link.csv"] {
            let error = #expect(throws: SpeedPixError.self) { try check(folder, "old.csv", rows: rows) }
            #expect(error?.message.contains("has the rows") == true)
        }
    }

    @Test("Two batches do not write the same results")
    func twoBatches() throws {
        let folder = try TemporaryFolder()
        let first = try open(folder, "r.csv")
        for _ in 0..<2 {
            let error = #expect(throws: SpeedPixError.self) { try open(folder, "r.csv") }
            #expect(error?.message.contains("another batch") == true)
            // Another file is at the path now.
            try first.finish()
        }
        withExtendedLifetime(first) {}
    }

    @Test(
        "Results go beside the rows by default",
        arguments: [
            ("products.csv", "products-results.csv"), ("data/p.jsonl", "data/p-results.csv"),
            ("/a/b", "/a/b-results.csv"),
            ("a.b.csv", "a.b-results.csv"), (nil, "results.csv"),
        ])
    func defaultName(rows: String?, name: String) {
        #expect(ResultsFile.defaultName(forRows: rows) == name)
    }

    @Test("The format of results goes by the name's extension")
    func formats() {
        #expect(ResultsFormat(path: "A.CSV") == .csv && ResultsFormat(path: "a.ndjson") == .jsonLines)
        #expect(ResultsFormat(path: "a.xlsx") == nil && ResultsFormat(path: "csv") == nil)
    }
}
