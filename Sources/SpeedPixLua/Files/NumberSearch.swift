/// Finds a number that is free where most numbers up to some one are taken, as names with numbers are. A pure value: who has it asks
/// about ``next`` and notes the answer until there is a ``result``.
struct NumberSearch: Sendable {
    /// So many are asked one after the other; what follows costs a logarithm.
    private static let mostInOrder = 16

    private let start: Int
    /// The highest that is known as taken; what is before the first counts as such.
    private var taken: Int
    /// The lowest that is known as free, behind ``taken``.
    private var free: Int?

    /// - Parameter start: The first number that counts, from 1.
    init(from start: Int = 1) {
        self.start = start
        taken = start - 1
    }

    /// The number to ask about; nil once there is a result.
    var next: Int? {
        if let free { return free - taken > 1 ? taken + (free - taken) / 2 : nil }
        let asked = taken - start + 1
        return asked < Self.mostInOrder ? taken + 1 : start - 1 + 2 * asked
    }

    /// The first that is free, if no taken one follows it; otherwise a free one behind a taken one.
    var result: Int? { next == nil ? free : nil }

    /// The answer about ``next``.
    mutating func note(_ number: Int, isFree: Bool) {
        if isFree { free = number } else { taken = number }
    }

    /// - Parameters:
    ///   - start: The first number that counts, from 1.
    ///   - isFree: Asked for numbers from there. Some number must be free, and all that are large enough.
    /// - Returns: As ``result``.
    static func first(from start: Int = 1, _ isFree: (Int) throws -> Bool) rethrows -> Int {
        var search = NumberSearch(from: start)
        while let number = search.next { search.note(number, isFree: try isFree(number)) }
        return search.result ?? start
    }

    /// As ``first(from:_:)``.
    static func firstAwaited(from start: Int = 1, _ isFree: (Int) async throws -> Bool) async rethrows -> Int {
        var search = NumberSearch(from: start)
        while let number = search.next { search.note(number, isFree: try await isFree(number)) }
        return search.result ?? start
    }
}
