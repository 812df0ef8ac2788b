extension Duration {
    /// At most about thirty years, either way. Longer times would not fit the sums that are made with them.
    package var withinYears: Duration { min(max(self, .seconds(-1_000_000_000)), .seconds(1_000_000_000)) }
}
