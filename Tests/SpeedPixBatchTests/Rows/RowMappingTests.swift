import SpeedPixBatch
import Testing

@Suite("RowMapping")
struct RowMappingTests {
    private let table: RowTable

    init() throws {
        table = try RowTable("sku,photo,text\nA,a.jpg,Shoe\n")
    }

    /// The map of each column, or the error's text.
    private func mapping(
        _ maps: [String] = [], key: String? = nil, declared: [String] = ["image", "text", "count"],
        constants: [String] = []
    ) throws -> RowMapping {
        try RowMapping(
            of: table, maps: maps.compactMap { ColumnMap($0) }, key: key, declared: declared, constants: constants)
    }

    private func error(
        _ maps: [String] = [], key: String? = nil, declared: [String] = ["image", "text", "count"],
        constants: [String] = []
    ) -> RowSourceError? {
        do {
            _ = try mapping(maps, key: key, declared: declared, constants: constants)
            return nil
        } catch {
            return error as? RowSourceError
        }
    }

    @Test("ColumnMap: the last = counts, and nothing behind it leaves the column out")
    func columnMap() {
        #expect(ColumnMap("photo=image") == ColumnMap(column: "photo", parameter: "image"))
        #expect(ColumnMap("a=b=image") == ColumnMap(column: "a=b", parameter: "image"))
        #expect(ColumnMap("sku=") == ColumnMap(column: "sku", parameter: nil))
        #expect(ColumnMap("=image") == nil && ColumnMap("photo") == nil && ColumnMap("") == nil)
    }

    @Test("RowMapping: columns are for the parameters of their names, mapped, or left out")
    func parameters() throws {
        let mapping = try mapping(["photo=image", "sku="])
        #expect(mapping.parameters == [nil, "image", "text"] && mapping.key == nil)
    }

    @Test("RowMapping: the key is a column, for no parameter too, or the parameter that a column is for")
    func key() throws {
        let column = try mapping(["photo=image"], key: "sku")
        #expect(column.key == 0 && column.parameters == [nil, "image", "text"])
        #expect(try mapping(["photo=image", "sku="], key: "image").key == 1)
        #expect(try mapping(["photo=image", "sku="], key: "text").key == 2)
        #expect(
            error(["photo=image"], key: "skv")
                == RowSourceError("--key skv: rows.csv has no column 'skv'", hint: "did you mean 'sku'?"))
        #expect(
            error(["photo=image", "sku="], key: "count", constants: ["count"])?.message
                == "--key count: the parameter count has the same value in each row")
    }

    @Test("RowMapping: columns of no parameter are refused with the line and the nearest name")
    func unknown() {
        #expect(
            error()?.message == "rows.csv:1: the script has no parameters for the columns 'sku', 'photo'")
        #expect(
            error(["sku="], declared: ["photos", "text"])?.message
                == "rows.csv:1: the script has no parameter for the column 'photo' (did you mean 'photos'?)")
        #expect(
            error(["sku="])?.hint
                == "--map photo=PARAM gives a column to a parameter, and --map photo= leaves it out; its parameters: count,"
                + " image, text")
    }

    @Test("RowMapping: a table that was read as one column may have another separator")
    func oneColumn() throws {
        let table = try RowTable("sku|photo\nA|a.jpg\n")
        let error = #expect(throws: RowSourceError.self) {
            try RowMapping(of: table, maps: [], key: nil, declared: ["photo"], constants: [])
        }
        #expect(error?.hint == "the separator may be another: --separator '|'; its parameters: photo")
    }

    @Test("RowMapping: of a pattern's files the name that --as gives is checked")
    func files() throws {
        let table = try RowTable(files: [Array("./a.jpg".utf8)], pattern: "*.jpg", column: "imgae")
        let error = #expect(throws: RowSourceError.self) {
            try RowMapping(of: table, maps: [], key: nil, declared: ["image"], constants: [])
        }
        #expect(
            error == RowSourceError("--as imgae: the script has no parameter 'imgae'", hint: "did you mean 'image'?"))
    }

    @Test(
        "RowMapping: a map names a column and a parameter that are there",
        arguments: [
            (["phto=image"], "--map phto=image: rows.csv has no column 'phto'", "did you mean 'photo'?"),
            (["photo=imag"], "--map photo=imag: the script has no parameter 'imag'", "did you mean 'image'?"),
            (["photo=image", "photo=text"], "--map gives the column 'photo' to two parameters", "drop one"),
            (["photo=", "photo=text"], "--map gives the column 'photo' to two parameters", "drop one"),
        ])
    func wrongMaps(maps: [String], message: String, hint: String) {
        #expect(error(maps) == RowSourceError(message, hint: hint))
    }

    @Test("RowMapping: two values of one parameter are refused, naming both")
    func twice() {
        #expect(
            error(["photo=image", "sku="], constants: ["text"])?.message
                == "the parameter text has two values: the column 'text' and text=… on the command line")
        #expect(
            error(["photo=text", "sku="])?.message == "the parameter text has two columns, 'photo' and 'text'")
        #expect(
            error(["photo=image", "sku="], constants: ["txt"])
                == RowSourceError("txt=…: the script has no parameter 'txt'", hint: "did you mean 'text'?"))
    }

    @Test("RowMapping: JSON Lines without a row say nothing about columns")
    func noRows() throws {
        let table = try RowTable("", ending: "jsonl")
        let mapping = try RowMapping(
            of: table, maps: [ColumnMap(column: "photo", parameter: "image")], key: "sku", declared: ["image"],
            constants: [])
        #expect(mapping.parameters.isEmpty && mapping.key == nil)
    }
}
