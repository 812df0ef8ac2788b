/// Durations as people type them: `90s`, `10m`, `12h`, `7d`, `2w`.
enum DurationArgument {
    private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// - Returns: Nil for anything else: a number alone says nothing of its unit. At most a hundred years.
    static func duration(_ text: String) -> Duration? {
        guard let unit = text.last.flatMap({ units[$0] }), let number = PlainNumber.value(text.dropLast()) else {
            return nil
        }
        let seconds = number * unit
        return (1...3.2e9).contains(seconds) ? .seconds(seconds) : nil
    }
}

/// Sizes of files as people type them: `500MB`, `20GB`, `512MiB`, `1.5TB`.
enum ByteCountArgument {
    private static let units: [String: Double] = [
        "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 0x1p10, "MiB": 0x1p20, "GiB": 0x1p30,
        "TiB": 0x1p40,
    ]

    /// - Returns: Nil for anything else, and for less than a byte or more than 2^53.
    static func bytes(_ text: String) -> Int64? {
        let number = text.prefix { $0.isNumber || $0 == "." }
        guard let unit = units[String(text.dropFirst(number.count))], let value = PlainNumber.value(number) else {
            return nil
        }
        let bytes = (value * unit).rounded()
        return (1...0x1p53).contains(bytes) ? Int64(bytes) : nil
    }
}

/// Digits, with a point among them or without.
private enum PlainNumber {
    static func value(_ text: Substring) -> Double? {
        // Double reads more than that: "inf", "0x1p3", "1e9".
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
        return Double(text)
    }
}
