import SpeedPix

/// What `speedpix doctor` found out about one thing.
struct Diagnosis: Sendable, Equatable {
    enum Verdict: String, Sendable {
        case ok
        /// It works, or the command works without it, but the user should know.
        case note
        /// Nothing works until it is mended.
        case bad
    }

    var name: String
    var verdict: Verdict
    var message: String
    /// How it is mended, one way each.
    var remedies: [Remedy]

    init(_ name: String, _ verdict: Verdict, message: String, remedies: [Remedy]) {
        self.name = name
        self.verdict = verdict
        self.message = message
        self.remedies = remedies
    }

    /// - Parameter remedy: How it is mended: a sentence or a command, or one a line.
    init(_ name: String, _ verdict: Verdict, message: String, remedy: String? = nil) {
        let lines = (remedy ?? "").split(separator: "\n")
        self.init(name, verdict, message: message, remedies: lines.map { Remedy(action: String($0)) })
    }

    /// A line, and one more for each way to mend it.
    var lines: [String] {
        let mark = verdict.rawValue + String(repeating: " ", count: 4 - verdict.rawValue.count)
        return ["  \(mark)  \(name): \(message)".printable()]
            + remedies.lines.map { "        mend: \($0)".printable() }
    }

    var json: JSONValue {
        [
            "name": .string(name), "verdict": .string(verdict.rawValue), "message": .string(message),
            "remedy": remedies.isEmpty ? .null : .string(remedies.map(\.text).joined(separator: "\n")),
        ]
    }
}

/// A setting as `doctor` shows it: the secret never is.
struct ShownSetting: Sendable, Equatable {
    var name: String
    var value: String
    var origin: String

    /// Every setting that was made, and the defaults of the others.
    static func all(_ settings: ResolvedSettings, isLocal: Bool) -> [ShownSetting] {
        Setting.allCases.compactMap { setting in
            if let value = settings[setting] {
                return ShownSetting(name: setting.key, value: shown(setting, value.text), origin: value.origin.shown)
            }
            // What is local has no endpoint of a service's.
            guard !isLocal || setting != .endpoint, let text = setting.defaultText else { return nil }
            return ShownSetting(name: setting.key, value: text, origin: SettingOrigin.default.shown)
        }
    }

    private static func shown(_ setting: Setting, _ text: String) -> String {
        if setting.isSecret { return "<redacted>" }
        if setting == .proxy, text.contains("@") { return "\((try? Proxy(text)).map { "\($0)" } ?? "<redacted>")" }
        // Only the program's name: what is passed to it may be the secret itself.
        guard setting == .appSecretCommand else { return text }
        let program = text.prefix { !$0.isWhitespace }
        return program.count == text.count ? text : "\(program) …"
    }

    /// In columns.
    static func lines(_ settings: [ShownSetting]) -> [String] {
        let name = settings.map(\.name.count).max() ?? 0
        let value = min(settings.map(\.value.count).max() ?? 0, 40)
        return settings.map { setting in
            func padded(_ text: String, to width: Int) -> String {
                text + String(repeating: " ", count: max(width - text.count, 0))
            }
            return "  \(padded(setting.name, to: name))  \(padded(setting.value, to: value))  (\(setting.origin))"
                .printable()
        }
    }
}
