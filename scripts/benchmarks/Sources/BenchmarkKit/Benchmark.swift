/// Something to measure, known by name.
public struct Benchmark: Sendable {
    /// `area/topic`, such as `lua/call`; what `scripts/bench` selects by.
    public var name: String
    /// One line for `--list`.
    public var summary: String
    let body: @Sendable () async throws -> [Figure]

    /// - Parameter body: Measures, everything that is compared in the same run, and returns the figures.
    public init(_ name: String, _ summary: String, _ body: @escaping @Sendable () async throws -> [Figure]) {
        self.name = name
        self.summary = summary
        self.body = body
    }

    /// Whether an argument of `scripts/bench` means this one: its name, or the beginning of it up to a slash.
    func matches(_ selector: String) -> Bool {
        name == selector || name.hasPrefix(selector.hasSuffix("/") ? selector : selector + "/")
    }
}
