import SpeedPixBatch

/// Why rows were not done, each reason once: their codes, with what their messages have in common. A value.
struct FailureReasons {
    struct Reason: Hashable {
        let code: String
        /// The message; where it is about a row, with `…` for what is about the row alone: its name, and words with digits in them or a path.
        let text: String
    }

    /// How many are told apart; scripts can make any number of them. The others are one.
    static let most = 100

    private(set) var list: [Reason] = []
    private var indexes: [Reason: Int] = [:]

    /// - Parameters:
    ///   - names: What the row is called.
    ///   - isOfBatch: Whether it is about the batch, and the same for all of its rows.
    /// - Returns: The index of its reason in ``list``.
    mutating func add(_ failure: RowResult.Failure, names: [String], isOfBatch: Bool) -> Int {
        let text = isOfBatch ? failure.message : Self.shared(failure.message, names)
        var reason = Reason(code: failure.code, text: text)
        if let known = indexes[reason] { return known }
        if list.count >= Self.most - 1 { reason = Reason(code: "others", text: "other reasons") }
        if let known = indexes[reason] { return known }
        indexes[reason] = list.count
        list.append(reason)
        return list.count - 1
    }

    private static func shared(_ message: String, _ names: [String]) -> String {
        var text = String(message.prefix(400))
        // A name of one letter would be found in every word.
        for name in names where name.utf8.count > 1 { text = text.replacing(name, with: "…") }
        let words = text.split(separator: " ").map { word in isOfRow(word) ? Self.withoutValue(word) : String(word) }
        var shared: [String] = []
        for word in words where word != "…" || shared.last != "…" { shared.append(word) }
        // The place in the script, which each message of a row has.
        if shared.first == "…:", shared.count > 1 { shared.removeFirst() }
        return shared.joined(separator: " ")
    }

    private static func isOfRow(_ word: Substring) -> Bool {
        word.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "/") }
            || word.contains("…")
    }

    /// `(12`, `'out/a.png':` and `p-17,` as `(…`, `…:` and `…,`.
    private static func withoutValue(_ word: Substring) -> String {
        let before = word.prefix { $0 == "(" || $0 == "[" }
        let after = word.reversed().prefix { ",;:.)]".contains($0) }.reversed()
        return "\(before)…\(String(after))"
    }
}
