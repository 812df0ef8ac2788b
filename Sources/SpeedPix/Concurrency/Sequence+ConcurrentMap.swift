extension Sequence where Element: Sendable {
    /// The results of `transform`, in the order of the elements.
    ///
    /// - Parameters:
    ///   - limit: How many run at the same time, at least one. An element is taken from the sequence when its turn comes.
    /// - Throws: The first error; the others that run are then cancelled, and no more are begun. When the calling task is
    ///   cancelled, so are they.
    @discardableResult
    package func concurrentMap<Result: Sendable>(
        limit: Int, _ transform: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        var results: [Result] = []
        try await concurrentMap(limit: limit, transform) { results.append($0) }
        return results
    }

    /// Passes on the results of `transform` in the order of the elements, each as soon as those before it are there.
    ///
    /// - Parameters:
    ///   - limit: How many run at the same time, at least one. An element is taken from the sequence when its turn comes.
    ///   - receive: Gets each result. What it throws ends the rest, too.
    /// - Throws: The first error; the others that run are then cancelled, and no more are begun. When the calling task is
    ///   cancelled, so are they.
    package func concurrentMap<Result: Sendable>(
        limit: Int, _ transform: @escaping @Sendable (Element) async throws -> Result,
        receive: (Result) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var waiting = makeIterator()
            var begun = 0
            func beginNext() -> Bool {
                guard let element = waiting.next() else { return false }
                let index = begun
                begun += 1
                group.addTask { (index, try await transform(element)) }
                return true
            }
            while begun < Swift.max(limit, 1), beginNext() {}
            // Results that came before one whose turn it is.
            var early: [Int: Result] = [:]
            var next = 0
            while let (index, result) = try await group.next() {
                early[index] = result
                while let result = early.removeValue(forKey: next) {
                    try receive(result)
                    next += 1
                }
                _ = beginNext()
            }
        }
    }
}
