import SpeedPix

/// Why a result may be wrong, as its workflow says: the texts of an output `warnings`.
struct ResultWarnings: Sendable, Hashable {
    /// Each once, in the workflow's order; empty for a result that nothing was said of.
    var names: [String] = []

    var isEmpty: Bool { names.isEmpty }

    /// `unsure: touches_border, coverage_low`; nil if there are none.
    var text: String? { isEmpty ? nil : "unsure: \(names.joined(separator: ", "))".printable() }
}

extension ResultWarnings {
    /// - Parameter prediction: Any; one that has not succeeded has no result.
    init(_ prediction: Prediction) {
        guard prediction.status == .succeeded, case .array(let values)? = prediction.output?["warnings"] else { return }
        let texts = values.compactMap(\.stringValue)
        // A list of anything else is an output like others.
        guard texts.count == values.count else { return }
        for text in texts where !text.isEmpty && !names.contains(text) { names.append(text) }
    }
}

/// How many results may be wrong, and why.
struct WarningCounts: Sendable {
    /// The most different warnings that are told apart: a workflow may put anything into them.
    private static let mostNames = 50

    /// Of results with at least one warning.
    private(set) var results = 0
    private var counts: [String: Int] = [:]
    private var hasMore = false

    mutating func add(_ warnings: ResultWarnings) {
        guard !warnings.isEmpty else { return }
        results += 1
        for name in warnings.names {
            guard counts[name] != nil || counts.count < Self.mostNames else {
                hasMore = true
                continue
            }
            counts[name, default: 0] += 1
        }
    }

    /// `2 results are unsure: 1 touches_border, 1 coverage_low`, the most frequent first; nil if there are none.
    var text: String? {
        guard results > 0 else { return nil }
        let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let parts = ranked.map { "\($0.value) \($0.key)" } + (hasMore ? ["and others"] : [])
        let subject = results == 1 ? "1 result is" : "\(results) results are"
        return "\(subject) unsure: \(parts.joined(separator: ", "))".printable()
    }
}
