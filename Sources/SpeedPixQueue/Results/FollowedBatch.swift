import SpeedPixBatch

/// Which rows of a batch have a result. A pure value.
///
/// A row's result is that of its newest generation, of which there is one more each time that it is opened once more. Results and
/// openings come in any order.
package struct FollowedBatch: Sendable {
    /// What a result changes.
    package enum Change: Sendable, Equatable {
        /// It is the row's result.
        case new
        /// It is known already.
        case known
        /// It was one, before the row was opened once more.
        case older
    }

    private var newest: [Int32]
    private var ended: [Int32]
    /// How many rows have a result of their newest generation.
    package private(set) var endedCount = 0

    package init(count: Int) {
        newest = Array(repeating: 1, count: count)
        ended = Array(repeating: 0, count: count)
    }

    package var count: Int { newest.count }
    /// Whether every row has a result: only then the batch is done, whatever streams and consumers say.
    package var isComplete: Bool { endedCount == count }

    package func hasEnded(_ index: Int) -> Bool { ended[index] == newest[index] }
    package func generation(_ index: Int) -> Int { Int(newest[index]) }

    /// A row is to be done once more.
    ///
    /// - Returns: Whether it had a result until now.
    package mutating func open(_ index: Int, generation: Int) -> Bool {
        let generation = Int32(clamping: generation)
        guard generation > newest[index] else { return false }
        let had = hasEnded(index)
        newest[index] = generation
        if had { endedCount -= 1 }
        return had
    }

    /// A result has come.
    package mutating func end(_ index: Int, generation: Int) -> Change {
        let generation = Int32(clamping: generation)
        guard generation >= newest[index] else { return .older }
        guard ended[index] != generation else { return .known }
        if !hasEnded(index) { endedCount += 1 }
        (newest[index], ended[index]) = (generation, generation)
        return .new
    }

    /// The rows without a result, in their order.
    package var missing: [Int] { newest.indices.filter { !hasEnded($0) } }
}
