import Foundation
import SpeedPixBatch
import Testing

@testable import SpeedPixCommands

@Suite("Sources of a batch's rows")
struct RowSourceTests {
    private func table(
        _ rows: String, _ options: [String] = [], in folder: TestFolder, input: [UInt8] = []
    ) throws -> RowTable {
        try RowSource(rows, try RowOptions.parse(options), in: batchContext(folder, input: input)).table
    }

    private func failure(
        _ rows: String, _ options: [String] = [], in folder: TestFolder, input: [UInt8] = []
    ) -> CommandFailure? {
        do {
            _ = try table(rows, options, in: folder, input: input)
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    @Test("RowSource: a file's ending says its format, and messages name it as the command line does")
    func files() throws {
        let folder = try TestFolder()
        try folder.write([0xC3, 0xFB, 0x0A, 0x31, 0x0A], to: "in/rows.csv")
        try folder.write("{\"a\": 1}\n", to: "rows.NDJSON")
        #expect(try table("in/rows.csv", in: folder).summary == "in/rows.csv: 1 row, GB18030, in one column")
        #expect(try table("in/rows.csv", in: folder).columns.map(\.name) == ["名"])
        #expect(try table(folder["rows.NDJSON"], in: folder).place(of: 0) == "\(folder["rows.NDJSON"]):1")
    }

    @Test("RowSource: standard input is CSV or JSON Lines by its content, and takes the options")
    func standardInput() throws {
        let folder = try TestFolder()
        let lines = try table("-", in: folder, input: Array("{\"a\": 1}\n{\"a\": 2}".utf8))
        #expect(lines.summary == "standard input: 2 rows, JSON Lines, UTF-8")
        let csv = try table("/dev/stdin", ["--separator", "|"], in: folder, input: Array("a|b,c\n1|2\n".utf8))
        #expect(csv.columns.map(\.name) == ["a", "b,c"] && csv.place(of: 0) == "standard input:2")
    }

    @Test("RowSource: a pattern finds files and no folders, in the order of fs.glob, as fs.glob gives them")
    func pattern() throws {
        let folder = try TestFolder()
        for name in ["b.jpg", "a.JPG", "c.png", ".hidden.jpg", "sub/d.jpg"] {
            try folder.write("x", to: "photos/\(name)")
        }
        try folder.makeFolder("photos/folder.jpg")
        let table = try table("photos/**/*.jpg", ["--as", "image"], in: folder)
        #expect((0..<table.count).map(table.place) == ["./photos/a.JPG", "./photos/b.jpg", "./photos/sub/d.jpg"])
        #expect(table.summary == "photos/**/*.jpg: 3 files" && table.columns.map(\.name) == ["image"])
        let home = try self.table("~/photos/{b,c}.*", ["--as", "image"], in: folder)
        #expect((0..<home.count).map(home.place) == ["~/photos/b.jpg", "~/photos/c.png"])
        let other = try TestFolder()
        let elsewhere = try self.table("\(folder.path)/photos/c.*", ["--as", "image"], in: other)
        #expect((0..<elsewhere.count).map(elsewhere.place) == [folder["photos/c.png"]])
    }

    @Test("RowSource: what leads to no rows is refused with status 2 and what to do")
    func refused() throws {
        let folder = try TestFolder()
        try folder.write("a\n1\n", to: "products.csv")
        try folder.write([0x50, 0x4B, 0x03, 0x04], to: "products.xlsx")
        try folder.makeFolder("photos")
        let cases: [(rows: String, options: [String], problem: String, hint: String?)] = [
            ("product.csv", [], "there is no file product.csv", "did you mean 'products.csv'?"),
            ("none/at/all", [], "there is no file none/at/all", nil),
            (
                "photos/*.jpg", [], "there is no file photos/*.jpg",
                "for a row for each file that a pattern finds, add --as and the parameter that gets its path"
            ),
            ("photos", [], "photos is a folder", "for a row for each file in it: 'photos/*' --as PARAMETER"),
            (
                "photos/*", ["--as", "image"], "no file matches photos/*",
                "relative patterns start at the working folder, \(folder.path)"
            ),
            (
                "photos/{a", ["--as", "image"], "the pattern photos/{a has a { without its }",
                "[{] is the character itself"
            ),
        ]
        for (rows, options, problem, hint) in cases {
            let failure = failure(rows, options, in: folder)
            #expect(failure?.status == .usage && failure?.problem == problem, "\(String(describing: failure))")
            #expect(failure?.remedies.map(\.action) == (hint.map { [$0] } ?? []), "\(rows)")
        }
        #expect(failure("products.xlsx", in: folder)?.problem?.contains("zip archive") == true)
        #expect(
            failure("-", in: folder, input: Array("a,a\n".utf8))?.problem?.hasPrefix("standard input:1: the columns")
                == true)
    }
}

/// What a batch's command has in a test.
func batchContext(_ folder: TestFolder, input: [UInt8] = []) -> CommandContext {
    CommandContext(
        environment: [:], workingDirectory: folder.path, homeDirectory: folder.path, writeOutput: { _ in },
        writeError: { _ in }, readInput: { input })
}
