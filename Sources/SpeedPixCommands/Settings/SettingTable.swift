import SpeedPix
import Spelling

/// One of the tables of a setting that takes several: a server, with what it alone wants.
struct SettingTable: Sendable, Equatable {
    /// What such a table may have.
    private enum Key: String, CaseIterable {
        case url
        case headersFile = "headers_file"
        case caFile = "ca_file"
    }

    /// Not checked to be one.
    let url: SettingValue
    /// A file of headers that requests to it carry; nil for none of its own.
    let headersFile: SettingValue?
    /// A file of certificates that are trusted of it; nil for none of its own.
    let caFile: SettingValue?

    /// - Parameters:
    ///   - path: Of the file that it stands in, as messages show it.
    ///   - profile: The profile that it stands in; nil for what counts without one.
    /// - Throws: ``SettingsError`` with the line of what cannot stand in it, or of the table that lacks its URL.
    init(
        _ element: TOMLTable.Element, of setting: Setting, path: String, profile: String?
    ) throws(SettingsError) {
        let shown = "[[\(setting.key)]]"
        var values: [Key: SettingValue] = [:]
        for (name, entry) in element.table.sorted {
            let line = "\(path):\(entry.position.line)"
            guard let key = Key(rawValue: name) else {
                let names = Key.allCases.map(\.rawValue)
                let nearest = NearestName.suggestion(for: name, among: names).map { "did you mean \($0)? " } ?? ""
                throw SettingsError(
                    message: "\(line): \(shown) has no \"\(name.printable())\"",
                    hint: "\(nearest)there are: \(names.joined(separator: ", "))")
            }
            guard case .string(let text) = entry.value else {
                throw SettingsError(
                    message: "\(line): \(name) of \(shown) must be a text in quotes, not \(entry.value.kind)")
            }
            try Setting.check(text, of: "\(name) of \(shown)", at: line)
            values[key] = SettingValue(
                text: text, origin: .file(path: path, line: entry.position.line, profile: profile))
        }
        guard let url = values[.url] else {
            throw SettingsError(
                message: "\(path):\(element.position.line): this \(shown) has no url",
                hint: "write below it url = \"https://HOST:PORT\"")
        }
        self.url = url
        headersFile = values[.headersFile]
        caFile = values[.caFile]
    }
}
