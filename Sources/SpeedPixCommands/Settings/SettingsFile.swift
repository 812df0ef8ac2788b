import SpeedPix
import Spelling

/// A `speedpix.toml`, read and checked: what it sets for everybody, and for each profile.
struct SettingsFile: Sendable, Equatable {
    /// The file's name, wherever it lies.
    static let name = "speedpix.toml"
    /// Bytes: more than any file of settings has.
    static let largest = 1 << 20

    typealias Values = [Setting: SettingValue]

    /// As messages show it.
    let path: String
    var general: Values = [:]
    var profiles: [String: Values] = [:]

    /// What only its owner may read in it, as messages name it; nil if there is nothing.
    var heldSecret: String? {
        let layers = [general] + profiles.values
        if layers.contains(where: { $0[.appSecret] != nil }) { return "the secret" }
        return layers.contains { $0[.proxy]?.text.contains("@") ?? false } ? "a proxy's password" : nil
    }

    /// Whether it says where the secret comes from: then only its owner may change it.
    var namesSecret: Bool {
        let names = [.appSecretFile, .appSecretCommand] + Setting.otherSecretFiles
        return ([general] + profiles.values).contains { values in
            names.contains { values[$0] != nil } || !Self.headersFiles(values).isEmpty
        }
    }

    /// The files of headers that tables name.
    static func headersFiles(_ values: Values) -> [SettingValue] {
        values.values.flatMap(\.tables).compactMap(\.headersFile)
    }

    /// - Parameter isOwn: Whether it lies in the user's own configuration folder. A project's file may have another
    ///   author, or be left there by a script, and must not name programs to run.
    /// - Throws: ``SettingsError`` with file and line for everything that is not a setting.
    init(_ text: String, path: String, isOwn: Bool) throws(SettingsError) {
        self.path = path
        let table: TOMLTable
        do {
            table = try TOMLParser.parse(text)
        } catch {
            throw SettingsError(message: "\(path):\(error.position.line):\(error.position.column): \(error.message)")
        }
        for (key, entry) in table.sorted where key != Self.profilesKey {
            try Self.add(key, entry, to: &general, path: path, profile: nil, isOwn: isOwn)
        }
        try Self.checkSecrets(general)
        guard let entry = table.entries[Self.profilesKey] else { return }
        guard case .table(let named) = entry.value else {
            throw SettingsError(
                message: "\(path):\(entry.position.line): profiles must be tables",
                hint: "write [profiles.NAME] in a line of its own, and its settings below")
        }
        for (name, entry) in named.sorted {
            guard case .table(let table) = entry.value else {
                throw SettingsError(
                    message: "\(path):\(entry.position.line): profiles.\(name.printable()) must be a table",
                    hint: "write [profiles.\(name.printable())] in a line of its own, and its settings below")
            }
            var values: Values = [:]
            for (key, entry) in table.sorted {
                try Self.add(key, entry, to: &values, path: path, profile: name, isOwn: isOwn)
            }
            try Self.checkSecrets(values)
            profiles[name] = values
        }
    }

    /// Tables of this name are the profiles.
    static let profilesKey = "profiles"

    private static func add(
        _ key: String, _ entry: TOMLTable.Entry, to values: inout Values, path: String, profile: String?, isOwn: Bool
    ) throws(SettingsError) {
        let known = Setting.allCases.filter { $0 != .profile || profile == nil }
        guard let setting = known.first(where: { $0.key == key }) else {
            let names = known.map(\.key)
            let nearest = NearestName.suggestion(for: key, among: names).map { "did you mean \($0)? " } ?? ""
            throw SettingsError(
                message: "\(path):\(entry.position.line): there is no setting \"\(key.printable())\"",
                hint: "\(nearest)there are: \(names.sorted().joined(separator: ", ")), [profiles.NAME]")
        }
        guard isOwn || setting != .appSecretCommand else {
            throw SettingsError(
                message: "\(path):\(entry.position.line): app_secret_command is taken only from your own settings",
                hint: "a project's file could run anything; move the line to ~/.config/speedpix/\(name)")
        }
        if setting == .profile, case .table = entry.value {
            throw SettingsError(
                message: "\(path):\(entry.position.line): profile must be the name of one",
                hint: "the profiles themselves are called [profiles.NAME]")
        }
        values[setting] = try value(setting, entry, path: path, profile: profile)
    }

    private static func value(
        _ setting: Setting, _ entry: TOMLTable.Entry, path: String, profile: String?
    ) throws(SettingsError) -> SettingValue {
        let origin = SettingOrigin.file(path: path, line: entry.position.line, profile: profile)
        if setting.takesTables, let elements = entry.elements {
            var tables: [SettingTable] = []
            for element in elements {
                tables.append(try SettingTable(element, of: setting, path: path, profile: profile))
            }
            return SettingValue(
                text: tables.map(\.url.text).joined(separator: ", "), origin: origin, tables: tables)
        }
        return SettingValue(
            text: try setting.text(of: entry.value, at: "\(path):\(entry.position.line)"), origin: origin)
    }

    private static func checkSecrets(_ values: Values) throws(SettingsError) {
        let given = Setting.secrets.filter { values[$0] != nil }
        guard given.count > 1, let last = values[given[1]] else { return }
        throw SettingsError(
            message: "\(last.origin.shown): \(given[0].key) and \(given[1].key) both give the secret",
            hint: "keep one of them")
    }
}
