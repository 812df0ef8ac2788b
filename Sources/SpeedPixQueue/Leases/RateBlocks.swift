package import SpeedPixBatch

/// The blocks in which a rate of creates is leased. A pure value.
///
/// Creates have numbers, and each number its time: number times interval, since 1970. A block is some numbers that follow each other,
/// so that all workers together create evenly spaced. Times that have passed are not made up for.
package struct RateBlocks: Sendable, Equatable {
    /// In nanoseconds.
    private let interval: Int64
    /// Creates in one block.
    private let size: Int64
    private static let slot: Int64 = 10_000_000_000

    package init(_ rate: CreateRate) {
        let (seconds, attoseconds) = rate.interval.components
        interval = max(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, 1)
        // About a second's, so that workers share what a slot has.
        size = max(1, min(50, Self.slot / interval / 10))
    }

    /// The first block that has a time which has not passed.
    ///
    /// - Parameter time: Of the server, in nanoseconds since 1970.
    package func block(at time: Int64) -> Int64 {
        let number = (time + interval - 1) / interval
        return number / size
    }

    /// The times of a block's creates, without those that have passed.
    package func times(of block: Int64, from time: Int64) -> [Int64] {
        (block * size..<(block + 1) * size).map { $0 * interval }.filter { $0 >= time }
    }

    /// Under what a block is leased: its slot of 10 seconds, and which of the slot's it is, from 1.
    package func place(of block: Int64) -> (slot: Int64, number: Int) {
        let length = interval * size
        let slot = block * length / Self.slot
        // The first block that begins in it.
        let first = (slot * Self.slot + length - 1) / length
        return (slot, Int(block - first) + 1)
    }
}
