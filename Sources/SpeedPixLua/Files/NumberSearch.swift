/// Finds a number that is free where most numbers up to some one are taken, as names with numbers are.
enum NumberSearch {
    /// So many are asked one after the other; what follows costs a logarithm.
    private static let mostInOrder = 16

    /// - Parameter isFree: Asked for numbers from 1. Some number must be free, and all that are large enough.
    /// - Returns: The first that is free, if no taken one follows it; otherwise a free one behind a taken one.
    static func first(_ isFree: (Int) throws -> Bool) rethrows -> Int {
        for number in 1...mostInOrder where try isFree(number) { return number }
        var (taken, free) = (mostInOrder, 2 * mostInOrder)
        while try !isFree(free) { (taken, free) = (free, 2 * free) }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2
            if try isFree(middle) { free = middle } else { taken = middle }
        }
        return free
    }
}
