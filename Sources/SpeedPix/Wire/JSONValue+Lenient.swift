#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

// The service's answers vary between its documents, its clients and its versions: camelCase and snake_case keys,
// numbers given as strings, nulls, unknown fields. These readings accept all of them and invent nothing.
extension JSONValue {
    /// The first present, non-null member among several spellings of one field.
    package func first(_ keys: String...) -> JSONValue? {
        for key in keys {
            if let value = self[key] { return value }
        }
        return nil
    }

    /// Text, or a number written as text; empty text counts as absent.
    package var lenientString: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .double(let number): String(number)
        default: nil
        }
    }

    /// A name that comes from outside: text, or a whole number. A fraction is none, nor is a number so large that some of
    /// its digits are lost.
    package var lenientIdentifier: String? {
        if case .double = self { nil } else { lenientString }
    }

    /// A finite number, or text that is one.
    package var lenientDouble: Double? {
        let number: Double? =
            switch self {
            case .integer(let value): Double(value)
            case .unsigned(let value): Double(value)
            case .double(let value): value
            case .string(let text): Double(text)
            default: nil
            }
        guard let number, number.isFinite else { return nil }
        return number
    }

    /// A whole number, or text or a fraction-free float that is one.
    package var lenientInteger: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        case .string(let text): Int64(text)
        default: nil
        }
    }

    package var lenientBool: Bool? {
        switch self {
        case .bool(let value): value
        case .integer(let value): value != 0
        case .unsigned: true
        case .string(let text): ["true": true, "false": false, "1": true, "0": false][text.lowercased()]
        default: nil
        }
    }

    /// A point in time: ISO 8601 text, or seconds or milliseconds since 1970.
    package var lenientDate: Date? {
        if case .string(let text) = self, let date = try? Date(text, strategy: .iso8601) { return date }
        if case .string(let text) = self,
            let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        {
            return date
        }
        guard let number = lenientDouble, number > 0 else { return nil }
        // Seconds reach 1e11 only in the year 5138, milliseconds passed it in 1973.
        let seconds = number >= 1e11 ? number / 1000 : number
        // Calendars and date formats end with the year 9999; what lies beyond is not a date.
        return seconds < 253_402_300_800 ? Date(timeIntervalSince1970: seconds) : nil
    }
}
