import SpeedPix
import Testing

/// A batch's page as its script reads it.
struct WrittenReport {
    /// Where the members of a row stand.
    enum Place: Int {
        case number, key, label, state, seconds, predictions, reason, message, pictures, warnings, earlier
    }

    let page: String
    let batch: JSONValue
    let rows: [JSONValue]
    /// Of the rows in the page; empty for one that has them in files.
    let details: [JSONValue]
    let pictures: [JSONValue]

    init(_ page: String) throws {
        func data(_ id: String) throws -> JSONValue {
            let start = try #require(page.firstRange(of: "<script type=\"application/json\" id=\"\(id)\">"))
            let rest = page[start.upperBound...]
            let end = try #require(rest.firstRange(of: "</script>"))
            return try JSONValue(parsing: rest[..<end.lowerBound].utf8)
        }
        self.page = page
        batch = try data("batch")
        rows = try #require(try data("rows").arrayValue)
        details = try #require(try data("details").arrayValue).flatMap { $0.arrayValue ?? [] }
        pictures = try #require(try data("pictures").arrayValue)
    }

    func values(_ place: Place) -> [JSONValue] { rows.compactMap { $0.arrayValue?[place.rawValue] } }

    var keys: [String] { values(.key).compactMap(\.stringValue) }

    var states: [String] {
        values(.state).compactMap { state in
            guard case .integer(let index) = state else { return nil }
            return batch["states"]?.arrayValue?[Int(index)].stringValue
        }
    }

    /// Code and text of each reason.
    var reasons: [[String]] {
        (batch["reasons"]?.arrayValue ?? []).map { ($0.arrayValue ?? []).compactMap(\.stringValue) }
    }

    var facts: [String] { (batch["head"]?["facts"]?.arrayValue ?? []).compactMap(\.stringValue) }
}

extension JSONValue {
    /// The pairs of a list as an object.
    var pairs: [String: JSONValue] {
        let pairs = (arrayValue ?? []).compactMap { pair -> (String, JSONValue)? in
            guard let pair = pair.arrayValue, let name = pair.first?.stringValue, let value = pair.last else {
                return nil
            }
            return (name, value)
        }
        return Dictionary(pairs) { $1 }
    }
}
