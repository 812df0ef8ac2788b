/// A client's allowance for retries: when a whole service is down, a thousand calls must not become four thousand.
///
/// The numbers are those of the AWS SDKs' standard retry mode, which has used them for years: 500 tokens, a retry
/// costs 5, after a timeout 10; what succeeds gives its cost back, and what succeeds at once gives 1.
struct RetryBudget: Sendable {
    static let capacity = 500
    static let cost = 5
    static let timeoutCost = 10

    private(set) var tokens = capacity

    /// Pays for a retry.
    ///
    /// - Returns: False if there is no allowance left: the call fails with what it has.
    mutating func spend(_ cost: Int) -> Bool {
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }

    /// - Parameter cost: What the last retry of the call had cost; 0 if the first try worked.
    mutating func succeeded(cost: Int) {
        tokens = min(tokens + max(cost, 1), Self.capacity)
    }
}
