/// The files in which spreadsheets keep a whole workbook, which are not text.
package enum Workbook {
    /// What spreadsheet programs call the text that can be read instead.
    package static let remedy =
        "open it and save the sheet as text: in Excel \"CSV UTF-8\", in Numbers File > Export To > CSV"

    /// What such files' names end in.
    package static let extensions: Set<String> = ["xlsx", "xlsm", "xls", "ods", "numbers"]

    /// What a file is, by its first bytes; nil if it may be text.
    package static func kind(of bytes: [UInt8]) -> String? {
        // A zip archive, which Excel's .xlsx, Numbers' and LibreOffice's files are inside.
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            return "a zip archive, as workbooks are (.xlsx, .numbers, .ods)"
        }
        // Microsoft's compound file.
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) { return "a workbook of Excel (.xls)" }
        return nil
    }
}
