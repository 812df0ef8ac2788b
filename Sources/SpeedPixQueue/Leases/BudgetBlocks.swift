/// The blocks in which a batch's budget is leased. A pure value.
///
/// A worker that ends with a part of its block unused has lost it: of a budget less may be spent, and never more. So blocks are small
/// against the budget.
package struct BudgetBlocks: Sendable, Equatable {
    /// Creates in all.
    package let budget: Int
    /// Creates in one block.
    package let size: Int

    package init(budget: Int) {
        self.budget = max(budget, 0)
        size = max(1, min(50, budget / 100))
    }

    package var count: Int { (budget + size - 1) / size }

    /// How many creates a block has: the last one has what is left.
    ///
    /// - Parameter block: From 1.
    /// - Returns: 0 for a block that there is not.
    package func size(of block: Int) -> Int {
        guard (1...max(count, 1)).contains(block), budget > 0 else { return 0 }
        return min(size, budget - (block - 1) * size)
    }
}
