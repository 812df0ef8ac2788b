/// How the bytes of a text file stand for characters.
package enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// UTF-16 whose byte order its first two bytes say. Without them it is recognised by the zero bytes of Latin letters and
    /// delimiters; a text that has none is little-endian, which is what Windows writes.
    case utf16 = "utf-16"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    /// Also for GBK, GB 2312 and Windows' code page 936, which are parts of it.
    case gb18030
    case big5
    case shiftJIS = "shift_jis"
    case windows1252 = "windows-1252"

    private static let otherNames: [String: TextEncoding] = [
        "utf8": .utf8, "utf16": .utf16, "gbk": .gb18030, "gb2312": .gb18030, "cp936": .gb18030, "cp950": .big5,
        "shift-jis": .shiftJIS, "sjis": .shiftJIS, "cp932": .shiftJIS, "cp1252": .windows1252,
        "iso-8859-1": .windows1252, "latin1": .windows1252,
    ]

    /// The names that people know; others are understood as well.
    package static var names: [String] { allCases.map(\.rawValue) + ["gbk", "gb2312"] }

    /// - Parameter name: In capitals or not; nil comes back for a name that is not known.
    package init?(name: String) {
        let name = name.lowercased()
        guard let encoding = TextEncoding(rawValue: name) ?? Self.otherNames[name] else { return nil }
        self = encoding
    }

    /// As a message names it.
    package var title: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16, .utf16LittleEndian, .utf16BigEndian: "UTF-16"
        case .gb18030: "GB18030"
        case .big5: "Big5"
        case .shiftJIS: "Shift JIS"
        case .windows1252: "Windows-1252"
        }
    }

    /// The name by which iconv knows it; nil for those that Swift decodes.
    var iconvName: String? {
        switch self {
        case .utf8, .utf16, .utf16LittleEndian, .utf16BigEndian: nil
        case .gb18030: "GB18030"
        // The code pages of Windows have the characters that its users type and the standards lack.
        case .big5: "CP950"
        case .shiftJIS: "CP932"
        case .windows1252: "CP1252"
        }
    }
}
