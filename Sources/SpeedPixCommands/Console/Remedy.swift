/// One way to put something right.
struct Remedy: Sendable, Equatable {
    /// What to do: a sentence, or what to write.
    var action: String
    /// Where to write it, or what it comes to.
    var explanation: String?

    /// For programs, in one line.
    var text: String { explanation.map { "\(action) \($0)" } ?? action }
}

extension [Remedy] {
    /// A line for each, explanations below each other.
    var lines: [String] {
        let width = filter { $0.explanation != nil }.map(\.action.count).max() ?? 0
        return map { remedy in
            guard let explanation = remedy.explanation else { return remedy.action }
            let gap = String(repeating: " ", count: width - remedy.action.count + 3)
            return remedy.action + gap + explanation
        }
    }
}
