/// What a live display shows at one moment.
struct LiveFrame: Sendable {
    /// A picture of how far a prediction is.
    struct Preview: Sendable, Equatable {
        let url: String
        /// What stands above it: whose it is, where that is not clear; nil for nothing.
        var name: String?
    }

    /// Each narrow enough to stay one row.
    let lines: [String]
    /// The newest one, shown below the lines where there is room; nil for none.
    var preview: Preview?
}
