// Reads properties that services spell in several ways, and give as numbers or as text.
extension FileOutput {
    func first(_ keys: String...) -> JSONValue? { first(keys) }

    private func first(_ keys: [String]) -> JSONValue? {
        for key in keys {
            if let value = properties[key], value != .null { return value }
        }
        return nil
    }

    func text(_ keys: String...) -> String? { first(keys)?.lenientString }

    func flag(_ keys: String...) -> Bool? { first(keys)?.lenientBool }

    /// A whole number; a fraction is rounded.
    func rounded(_ keys: String...) -> Int? {
        first(keys)?.lenientDouble.flatMap { Int(exactly: $0.rounded()) }
    }

    /// A number of times a second; also as the fraction that containers store, "30000/1001".
    func rate(_ keys: String...) -> Double? {
        guard let value = first(keys) else { return nil }
        if let number = value.lenientDouble { return number }
        let parts = (value.stringValue ?? "").split(separator: "/").compactMap { Double($0) }
        guard parts.count == 2, parts[1] > 0, parts[0].isFinite else { return nil }
        return parts[0] / parts[1]
    }

    /// An object's members as texts; of lists and objects, their JSON.
    func texts(_ key: String) -> [String: String] {
        (properties[key]?.objectValue ?? [:]).compactMapValues { value in
            switch value {
            case .null: nil
            case .string(let text): text
            case .bool(let flag): String(flag)
            default: value.lenientString ?? (try? value.encoded()).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    /// How long it plays: seconds, "1:02.5", or milliseconds under a name that says so.
    var duration: Duration? {
        if let milliseconds = first("duration_ms", "durationMs")?.lenientDouble, milliseconds >= 0 {
            return .seconds(min(milliseconds / 1000, 1e9))
        }
        guard let value = first("duration", "duration_seconds", "durationSeconds") else { return nil }
        if let number = value.lenientDouble {
            guard number >= 0 else { return nil }
            // The Go client reads this number as nanoseconds. No video lasts three years, and none a tenth of a second.
            return number < 1e8 ? .seconds(number) : .nanoseconds(Int64(min(number, 9e18)))
        }
        let parts = (value.stringValue ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0) }
        guard (2...3).contains(parts.count), numbers.count == parts.count,
            numbers.allSatisfy({ $0 >= 0 && $0 < 1e6 })
        else { return nil }
        return .seconds(numbers.reduce(0) { $0 * 60 + $1 })
    }
}
