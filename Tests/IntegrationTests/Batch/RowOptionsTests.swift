import Foundation
import SpeedPixBatch
import Tables
import Testing

@testable import SpeedPixCommands

@Suite("Options of a batch's rows")
struct RowOptionsTests {
    @Test("RowOptions: maps, key, encoding and separator are read in each of their spellings")
    func read() throws {
        let options = try RowOptions.parse([
            "--map", "photo=image", "--map", "sku=", "--key", "sku", "--encoding", "GBK", "--separator", "semicolon",
            "--skip-invalid",
        ])
        #expect(
            options.maps == [
                ColumnMap(column: "photo", parameter: "image"), ColumnMap(column: "sku", parameter: nil),
            ])
        #expect(options.key == "sku" && options.skipInvalid && options.fileParameter == nil)
        #expect(options.reading.encoding == .gb18030 && options.reading.separator == .semicolon)
        let separators = try ["|", "tab", "\\t", "\t", "comma"].map {
            try RowOptions.parse(["--separator", $0]).separator
        }
        #expect(separators == [Delimiter("|"), .tab, .tab, .tab, .comma])
        let none = try RowOptions.parse([])
        #expect(none.maps.isEmpty && none.reading.encoding == nil && none.reading.separator == nil && !none.skipInvalid)
    }

    @Test(
        "RowOptions: what makes no sense is refused with what does",
        arguments: [
            (["--map", "photo"], "it is no column=param"),
            (["--encoding", "gbx"], "did you mean 'gbk'?"),
            (["--separator", "||"], "it is one character, or comma, semicolon or tab"),
            (["--separator", "\""], "it is one character, or comma, semicolon or tab"),
            (["--key", ""], "--key is the name of a column"),
            (["--as", ""], "--as is the name of one of the script's parameters"),
            (["--as", "image", "--encoding", "gbk"], "--encoding and --separator are for a table"),
            (["--as", "image", "--map", "a=b"], "leave --map out"),
        ])
    func refused(arguments: [String], message: String) throws {
        let error = #expect(throws: (any Error).self) { try RowOptions.parse(arguments) }
        let text = RowOptions.message(for: try #require(error))
        #expect(text.contains(message), "\(text)")
    }
}
