#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A time by the clock on the wall, as `06:00`.
struct TimeOfDay: Sendable, Equatable {
    let hour: Int
    let minute: Int

    /// - Parameter text: Hours and minutes, from `0:00` to `23:59`.
    /// - Returns: Nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: ":") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        (self.hour, self.minute) = (hour, minute)
    }

    /// With two digits each.
    var text: String { "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)" }

    /// When it is this time next, later today or else tomorrow. Of a day on which the clocks skip it, the moment after the gap.
    func next(after date: Date, in timeZone: TimeZone) -> Date {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let next = calendar.nextDate(
            after: date, matching: DateComponents(hour: hour, minute: minute, second: 0), matchingPolicy: .nextTime)
        // Only a calendar without such a time has none.
        return next ?? date.addingTimeInterval(86_400)
    }
}
