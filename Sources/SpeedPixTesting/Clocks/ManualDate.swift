import Synchronization

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A date that stands still until a test moves it; for ``ClientDependencies/now``.
public final class ManualDate: Sendable {
    private let date: Mutex<Date>

    /// - Parameter date: By default 14 November 2023, 22:13:20 GMT.
    public init(_ date: Date = Date(timeIntervalSince1970: 1_700_000_000)) {
        self.date = Mutex(date)
    }

    /// The date, as the test has set it.
    public var now: Date { date.withLock { $0 } }

    /// Moves the date on, or back.
    public func advance(by duration: Duration) {
        date.withLock { $0.addTimeInterval(duration / .seconds(1)) }
    }
}
