import Synchronization

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A date that stands still until a test moves it.
package final class ManualDate: Sendable {
    private let date: Mutex<Date>

    /// - Parameter date: By default the date of the protocol's signature vectors.
    package init(_ date: Date = Date(timeIntervalSince1970: 1_700_000_000)) {
        self.date = Mutex(date)
    }

    package var now: Date { date.withLock { $0 } }

    package func advance(by duration: Duration) {
        date.withLock { $0.addTimeInterval(duration / .seconds(1)) }
    }
}
