import Foundation
import LuaRuntime
import SpeedPixBatch
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixLua

@Suite("Checking a batch's rows")
struct RowCheckTests {
    private static func parameters() throws -> [Parameter] {
        let declarations: [(String, [LuaValue: LuaValue])] = [
            ("image", ["type": "file", "required": true, "help": "product photo"]),
            ("count", ["type": "integer", "default": 4, "min": 1, "max": 64]),
            ("text", [:]),
        ]
        return try declarations.map { try Parameter(name: $0, declaration: LuaTable(entries: $1)) }
    }

    private func folder(_ rows: String) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(rows, to: "rows.csv")
        for name in ["a.jpg", "b.jpg", "shoe.jpg"] { try folder.write("x", to: "photos/\(name)") }
        return folder
    }

    private func check(
        _ folder: TestFolder, _ arguments: [String] = [], constants: [String: String] = [:],
        parameters: [Parameter]?? = .none, withheld: [String] = []
    ) throws -> CheckedRows {
        let context = batchContext(folder)
        let options = try RowOptions.parse(arguments)
        var files = FileAccess(workingDirectory: folder.path, homeDirectory: folder.path)
        files.withheld = withheld
        return try RowCheck(
            table: RowSource(
                options.fileParameter == nil ? "rows.csv" : "photos/*.jpg", options, in: context
            ).table,
            parameters: parameters ?? Self.parameters(), constants: constants, options: options, files: files,
            script: "card.lua"
        ).run()
    }

    private func failure(
        _ folder: TestFolder, _ arguments: [String] = [], constants: [String: String] = [:],
        parameters: [Parameter]?? = .none, withheld: [String] = []
    ) -> CommandFailure? {
        do {
            _ = try check(folder, arguments, constants: constants, parameters: parameters, withheld: withheld)
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    private static let mixed = """
        sku,image,count,text
        A,photos/a.jpg,1,Shoe
        B,photos/shoo.jpg,,Shoe
        C,photos/b.jpg,many,
        A,photos/b.jpg,0,
        ,,2,
        E,photos/b.jpg,65
        F,photos/b.jpg,64,"two
        lines"

        """

    @Test("RowCheck: rows that can run come with their values, paths relative to the working folder")
    func valid() throws {
        let folder = try folder("image,text\nphotos/a.jpg,Shoe\n./photos/b.jpg,\n")
        let checked = try check(folder, constants: ["count": "2"])
        #expect(checked.count == 2 && checked.skipped.isEmpty && checked.notes.isEmpty)
        #expect(
            checked.rows.map(\.values) == [["image": "photos/a.jpg", "text": "Shoe"], ["image": "./photos/b.jpg"]])
        let files = try check(folder, ["--as", "image"])
        #expect(files.rows.map(\.label) == ["./photos/a.jpg", "./photos/b.jpg", "./photos/shoe.jpg"])
    }

    @Test("RowCheck: everything wrong with every row is said with line and column, and counted by kind")
    func findings() throws {
        let failure = try #require(self.failure(try folder(Self.mixed), ["--key", "sku"]))
        #expect(failure.status == .usage)
        #expect(
            failure.problem == """
                rows.csv:3, column image: there is no file photos/shoo.jpg; did you mean 'photos/shoe.jpg'?
                rows.csv:4, column count: the parameter count must be a whole number of at most 64 bits, not 'many'
                rows.csv:5, column count: the parameter count must be at least 1, not '0'
                rows.csv:5, column sku: the key 'A' is that of rows.csv:2, too
                rows.csv:6, column image: there is no value, and the parameter image is required
                rows.csv:6, column sku: there is no value, and it is the row's key
                rows.csv:7: it has 3 fields, and there are 4 columns; an empty field needs its separator, too
                5 of 7 rows cannot run: 1 with too few or too many fields, 2 wrong values, 1 missing value, 1 missing file,\
                 1 missing key, 1 duplicate key
                """, "\(failure.problem ?? "")")
        #expect(failure.remedies.map(\.action) == ["nothing was begun; --skip-invalid runs the other 2 without them"])
    }

    @Test("RowCheck: --skip-invalid goes on with the others, which keep their numbers, and says what it leaves out")
    func skipInvalid() throws {
        let checked = try check(try folder(Self.mixed), ["--key", "sku", "--skip-invalid"])
        #expect(checked.rows.map(\.number) == [1, 7] && checked.rows.map(\.key) == [RowKey("A"), RowKey("F")])
        #expect(checked.rows.last?.values["text"] == "two\nlines" && checked.skipped.rows == [2, 3, 4, 5, 6])
        #expect(checked.notes.count == 8 && checked.notes.last?.hasSuffix("1 duplicate key; they are left out") == true)
        let none = failure(try folder("image\nnone.jpg\n"), ["--skip-invalid"])
        #expect(none?.problem?.hasSuffix("1 of 1 row cannot run: 1 missing file") == true && none?.remedies == [])
    }

    @Test("RowCheck: twenty findings are shown, and the nearest file is looked for in these alone")
    func manyFindings() throws {
        let text = "image\n" + String(repeating: "photos/shoo.jpg\n", count: 332) + "photos/a.jpg\n"
        let failure = try #require(self.failure(try folder(text)))
        let lines = try #require(failure.problem).split(separator: "\n")
        #expect(lines.count == 22 && lines[19].hasSuffix("did you mean 'photos/shoe.jpg'?"))
        #expect(lines[20] == "and 312 others" && lines[21] == "332 of 333 rows cannot run: 332 missing files")
    }

    @Test("RowCheck: a row names files wherever they lie, but none that is withheld")
    func namedFiles() throws {
        let other = try TestFolder()
        let photo = try other.write("x", to: "photo.jpg")
        let secret = try other.write("x", to: "key.txt")
        let folder = try folder("image\n\(photo)\n\(secret)\n")
        let failure = try #require(self.failure(folder, withheld: [secret]))
        #expect(failure.problem?.hasPrefix("rows.csv:3, column image: \(secret) is there for") == true, "\(failure)")
        #expect(failure.problem?.hasSuffix("1 of 2 rows cannot run: 1 missing file") == true)
    }

    @Test("RowCheck: columns and constants that do not fit the script are said with what it takes")
    func usage() throws {
        let folder = try folder("foto,text\nphotos/a.jpg,Shoe\n")
        let cases: [(arguments: [String], constants: [String: String], problem: String)] = [
            ([], [:], "rows.csv:1: the script has no parameter for the column 'foto'"),
            (["--map", "foto="], [:], "the parameter image is missing: rows.csv has no column for it"),
            (
                ["--map", "foto=image"], ["text": "Boot"],
                "the parameter text has two values: the column 'text' and text=… on the command line"
            ),
            (
                ["--map", "foto=image"], ["count": "65"], "the parameter count must be at most 64, not '65'"
            ),
            (
                ["--map", "foto="], ["image": "photos/shoo.jpg"],
                "the parameter image: there is no file photos/shoo.jpg"
            ),
            (["--map", "foto=image"], ["cuont": "1"], "cuont=…: the script has no parameter 'cuont'"),
        ]
        for (arguments, constants, problem) in cases {
            let failure = failure(folder, arguments, constants: constants)
            #expect(failure?.status == .usage && failure?.problem == problem, "\(String(describing: failure))")
            #expect(
                failure?.message?.contains("\n\nusage: speedpix batch card.lua ROWS [key=value ...]\n\n  image=FILE")
                    == true,
                "\(failure?.message ?? "")")
        }
        #expect(try check(folder, ["--map", "foto=image"], constants: ["count": "64"]).rows.count == 1)
    }

    @Test("RowCheck: a script that declares no parameters is told how to")
    func nothingDeclared() throws {
        for parameters in [nil, []] as [[Parameter]?] {
            let failure = failure(try folder("image\nphotos/a.jpg\n"), parameters: .some(parameters))
            #expect(failure?.problem == "card.lua declares no parameters: nothing of a row could reach it")
            #expect(failure?.remedies.first?.action.contains("speedpix.params { image = { required = true } }") == true)
        }
    }

    @Test("RowCheck: a table without rows has nothing to check")
    func noRows() throws {
        #expect(try check(try folder("image,text\n")).rows.isEmpty)
    }
}
