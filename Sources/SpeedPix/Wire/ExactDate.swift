#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A date that is coded with every bit, whatever a coder's strategy for dates is: as seconds since 2001, which `Date` counts in.
struct ExactDate: Codable {
    let date: Date

    init(_ date: Date) { self.date = date }

    init(from decoder: any Decoder) throws {
        let seconds = try decoder.singleValueContainer().decode(Double.self)
        date = Date(timeIntervalSinceReferenceDate: seconds)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(date.timeIntervalSinceReferenceDate)
    }
}
