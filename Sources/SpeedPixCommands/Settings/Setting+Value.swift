import SpeedPix

extension Setting {
    /// The text of a value in a file.
    ///
    /// - Throws: ``SettingsError`` for one of another kind.
    func text(of value: TOMLValue, at origin: String) throws(SettingsError) -> String {
        switch (kind, value) {
        case (.text, .string(let text)): try checked(text, at: origin)
        case (.seconds, .integer(let number)), (.number, .integer(let number)), (.integer, .integer(let number)):
            try checked(String(number), at: origin)
        case (.flag, .boolean(let flag)): String(flag)
        case (.seconds, .float(let number)), (.number, .float(let number)): try checked("\(number)", at: origin)
        default: throw mismatch(value, at: origin)
        }
    }

    private func mismatch(_ value: TOMLValue, at origin: String) -> SettingsError {
        let alternative = takesTables ? ", or tables with [[\(key)]] above each" : ""
        return SettingsError(message: "\(origin): \(key) must be \(expected)\(alternative), not \(value.kind)")
    }

    /// The text of a value, once it is known to be one.
    ///
    /// - Parameter origin: Where it stands, as messages begin.
    func checked(_ text: String, at origin: String) throws(SettingsError) -> String {
        switch kind {
        case .text:
            try Self.check(text, of: key, at: origin)
        case .seconds(let bounds), .number(let bounds):
            guard let number = Double(text), bounds.contains(number) else { throw wrong(text, at: origin) }
        case .integer(let bounds):
            guard let number = Int64(text), bounds.contains(number) else { throw wrong(text, at: origin) }
        case .flag:
            guard ["true", "false"].contains(text) else { throw wrong(text, at: origin) }
        }
        return text
    }

    /// Refuses a text that no setting can be.
    ///
    /// - Parameter key: Whose it is, as messages name it.
    static func check(_ text: String, of key: String, at origin: String) throws(SettingsError) {
        guard !text.isEmpty else {
            throw SettingsError(message: "\(origin): \(key) is empty", hint: "leave it out, or give it a value")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw SettingsError(message: "\(origin): \(key) has a line break or another control character in it")
        }
    }

    private func wrong(_ text: String, at origin: String) -> SettingsError {
        SettingsError(message: "\(origin): \(key) must be \(expected), not \(text.prefix(40).description.printable())")
    }

    private var expected: String {
        func shown(_ number: Double) -> String { number == number.rounded() ? String(Int(number)) : String(number) }
        return switch kind {
        case .text: "a text in quotes"
        case .seconds(let bounds): "seconds from \(shown(bounds.lowerBound)) to \(shown(bounds.upperBound))"
        case .number(let bounds): "a number from \(shown(bounds.lowerBound)) to \(shown(bounds.upperBound))"
        case .flag: "true or false"
        case .integer(let bounds): "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        }
    }
}
