/// What a page says that its commands print: line by line what is on standard output, where `…` stands for any text and
/// a line of nothing else for any lines. Where a command failed, lines of standard error may follow.
struct Expectation {
    private let lines: [String]

    init(_ lines: [String]) {
        self.lines = lines
    }

    /// Whether that is what was printed.
    func matches(_ printed: String) -> Bool {
        // A table that was written ends its lines as spreadsheets do, which nobody sees.
        let actual = printed.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        return Self.follows(lines[...], actual.last == "" ? actual.dropLast() : actual[...])
    }

    private static func follows(_ expected: ArraySlice<String>, _ actual: ArraySlice<String>) -> Bool {
        guard let first = expected.first else { return actual.isEmpty }
        if first == "…" {
            return (actual.startIndex...actual.endIndex).contains { follows(expected.dropFirst(), actual[$0...]) }
        }
        guard let line = actual.first, matchLine(first[...], line[...]) else { return false }
        return follows(expected.dropFirst(), actual.dropFirst())
    }

    private static func matchLine(_ expected: Substring, _ actual: Substring) -> Bool {
        var parts = expected.split(separator: "…", omittingEmptySubsequences: false)[...]
        guard let first = parts.popFirst(), actual.hasPrefix(first) else { return false }
        var rest = actual.dropFirst(first.count)
        guard let last = parts.popLast() else { return rest.isEmpty }
        for part in parts {
            guard !part.isEmpty else { continue }
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
