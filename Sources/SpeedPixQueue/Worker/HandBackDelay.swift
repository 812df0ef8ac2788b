/// How long a row that a worker gives back is kept from the workers. Without a delay it would come back at once, thousands of times a
/// second.
package enum HandBackDelay {
    package static let first: Duration = .seconds(5)
    package static let longest: Duration = .seconds(300)

    /// From ``first``, twice as long each time, to ``longest``.
    ///
    /// - Parameter deliveries: How often the row was handed out, from 1.
    package static func after(deliveries: Int) -> Duration {
        var delay = first
        for _ in 1..<max(deliveries, 1) where delay < longest { delay *= 2 }
        return min(delay, longest)
    }
}
