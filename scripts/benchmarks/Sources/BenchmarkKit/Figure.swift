/// One thing that was measured, what it is compared with, and what it should come to.
public struct Figure: Sendable {
    /// What a value counts, and so how it is shown.
    public enum Unit: Sendable {
        case nanoseconds
        case perSecond
        case bytes
        case count
    }

    /// What the project promises. A ratio is against the reference, which was measured in the same run.
    public enum Target: Sendable {
        case atMost(Double)
        case atLeast(Double)
        case ratioAtMost(Double)
        case ratioAtLeast(Double)
    }

    /// What was measured, in a few words.
    public var label: String
    /// In units of ``unit``.
    public var value: Double
    /// Of ``value`` and ``reference`` alike.
    public var unit: Unit
    /// The same work without our code in the way; nil if there is nothing to compare with.
    public var reference: Double?
    /// Nil for figures that only inform.
    public var target: Target?

    /// A figure for the table.
    public init(
        _ label: String, _ value: Double, _ unit: Unit, reference: Double? = nil, target: Target? = nil
    ) {
        self.label = label
        self.value = value
        self.unit = unit
        self.reference = reference
        self.target = target
    }

    /// How many times the reference the value is.
    public var ratio: Double? {
        reference.flatMap { $0 > 0 ? value / $0 : nil }
    }

    /// Whether the target holds; nil without one.
    public var holds: Bool? {
        switch target {
        case nil: nil
        case .atMost(let bound): value <= bound
        case .atLeast(let bound): value >= bound
        case .ratioAtMost(let bound): ratio.map { $0 <= bound }
        case .ratioAtLeast(let bound): ratio.map { $0 >= bound }
        }
    }
}
