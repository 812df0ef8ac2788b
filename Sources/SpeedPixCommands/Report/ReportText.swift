import SpeedPix
import SpeedPixLua

/// What may stand in a report, which people send around: no signatures, and nothing endless.
enum ReportText {
    /// Characters of one text.
    static let longest = 20_000

    /// The text with every URL in it ending before its query, where stores put their signatures, and without a name and password.
    static func withoutQueries(_ text: String) -> String { text.withoutURLSignatures(ofAnyScheme: true) }

    /// The value as far as a page can show it: `data:` URIs by their size, long texts by their start.
    ///
    /// - Parameter longest: Characters of one text.
    static func shortened(_ value: JSONValue, to longest: Int = ReportText.longest) -> JSONValue {
        switch value {
        case .string(let text): .string(shortened(text, to: longest))
        case .array(let values): .array(values.prefix(1000).map { shortened($0, to: longest) })
        case .object(let members): .object(members.mapValues { shortened($0, to: longest) })
        default: value
        }
    }

    static func shortened(_ text: String, to longest: Int) -> String {
        if text.hasPrefix("data:"), let comma = text.firstIndex(of: ","), text.utf8.count > 200 {
            return "\(text[...comma])… (\(ByteCount.text(Int64(text.utf8.count))))"
        }
        return text.utf8.count > longest ? text.prefix(longest) + "…" : text
    }

    /// What an output holds besides files; nil if that is nothing.
    static func withoutFiles(_ value: JSONValue) -> JSONValue? {
        if FileOutput(value) != nil { return nil }
        switch value {
        case .array(let values):
            let rest = values.compactMap(withoutFiles)
            return rest.isEmpty ? nil : .array(rest)
        case .object(let members):
            let rest = members.compactMapValues(withoutFiles)
            return rest.isEmpty ? nil : .object(rest)
        default: return value
        }
    }

    /// The value with ``withoutQueries(_:)`` of every text in it, and nothing in them that turns text around.
    static func withoutQueries(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(withoutQueries(text).printable(keepingLines: true))
        case .array(let values): .array(values.map(withoutQueries))
        case .object(let members): .object(members.mapValues(withoutQueries))
        default: value
        }
    }
}
