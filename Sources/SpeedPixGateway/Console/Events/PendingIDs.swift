import DequeModule

/// Ids in the order in which they came, each once. A value.
struct PendingIDs: Sendable {
    private var order = Deque<String>()
    private var known: Set<String> = []

    var isEmpty: Bool { order.isEmpty }
    var count: Int { order.count }

    /// One that is there already keeps its place.
    mutating func insert(_ id: String) {
        if known.insert(id).inserted { order.append(id) }
    }

    mutating func insert(contentsOf ids: some Sequence<String>) {
        for id in ids { insert(id) }
    }

    /// Takes those that came first away.
    ///
    /// - Parameter most: How many at most.
    mutating func take(_ most: Int) -> [String] {
        let taken = Array(order.prefix(most))
        order.removeFirst(taken.count)
        known.subtract(taken)
        return taken
    }
}
