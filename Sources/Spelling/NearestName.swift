/// Finds what a misspelt name was meant to be.
package enum NearestName {
    /// The closest of `names`, if it is close enough that a person would call it a slip. For a name of one letter that is the
    /// same letter in the other case only: every other one is one edit away.
    package static func suggestion(for name: String, among names: some Sequence<String>) -> String? {
        let limit = name.count == 1 ? 0 : max(1, name.count / 3)
        let ranked = names.map { ($0, distance(Array(name.lowercased().utf8), Array($0.lowercased().utf8))) }
        guard let best = ranked.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }), best.1 <= limit else { return nil }
        return best.0
    }

    /// "did you mean 'x'?", or what there is, if that is short.
    package static func hint(for name: String, among names: [String]) -> String? {
        if let suggestion = suggestion(for: name, among: names) { return "did you mean '\(suggestion)'?" }
        return names.isEmpty || names.count > 24 ? nil : "there are: \(names.sorted().joined(separator: ", "))"
    }

    /// Edits between two texts, a swap of neighbours counting as one (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        // Names are short; a long one gets no suggestion.
        guard left.count <= 64, right.count <= 64 else { return .max }
        var before = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for (i, l) in left.enumerated() {
            var current = [i + 1]
            for (j, r) in right.enumerated() {
                var best = min(previous[j] + (l == r ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, l == right[j - 1], left[i - 1] == r { best = min(best, before[j - 1] + 1) }
                current.append(best)
            }
            (before, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
