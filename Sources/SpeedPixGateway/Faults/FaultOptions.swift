import SpeedPix
import Spelling

/// The members of a JSON object, read one by one: whatever is left at the end was a mistake.
struct FaultOptions {
    private let members: [String: JSONValue]
    private var known: [String] = []
    /// What it describes, with which complaints begin: `rule 2`.
    let subject: String
    /// What an unknown member is called.
    var noun: String

    init(_ members: [String: JSONValue], subject: String, noun: String) {
        self.members = members
        self.subject = subject
        self.noun = noun
    }

    /// A member that may be there and means nothing.
    mutating func skip(_ name: String) {
        known.append(name)
    }

    /// - Returns: Nil if it is missing or null.
    mutating func value(_ name: String) throws(FaultFileError) -> JSONValue? {
        known.append(name)
        return members[name].flatMap { $0 == .null ? nil : $0 }
    }

    mutating func text(_ name: String) throws(FaultFileError) -> String? {
        guard let value = try value(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, expected: "a string", value: value) }
        return text
    }

    /// A text that can stand in a header.
    mutating func header(_ name: String) throws(FaultFileError) -> String? {
        guard let text = try text(name) else { return nil }
        guard text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw FaultFileError("\(subject): \"\(name)\" becomes a header, which is one line of ASCII")
        }
        return text
    }

    /// The value of a `Retry-After`: whole seconds, or a date as text.
    mutating func seconds(_ name: String) throws(FaultFileError) -> String? {
        if case .string? = members[name] { return try header(name) }
        return try integer(name, in: 0...86_400).map { String($0) }
    }

    mutating func flag(_ name: String) throws(FaultFileError) -> Bool? {
        guard let value = try value(name) else { return nil }
        guard case .bool(let flag) = value else { throw wrong(name, expected: "true or false", value: value) }
        return flag
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(FaultFileError) -> Int? {
        guard let value = try value(name) else { return nil }
        guard case .integer(let number) = value, let number = Int(exactly: number) else {
            throw wrong(name, expected: "a whole number", value: value)
        }
        guard range.contains(number) else {
            let bounds =
                range.upperBound >= Int.max - 1
                ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw FaultFileError("\(subject): \"\(name)\" must be \(bounds), not \(number)")
        }
        return number
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) throws(FaultFileError) -> Double? {
        guard let value = try value(name) else { return nil }
        let number: Double
        switch value {
        case .integer(let whole): number = Double(whole)
        case .double(let fraction): number = fraction
        default: throw wrong(name, expected: "a number", value: value)
        }
        guard range.contains(number) else {
            throw FaultFileError(
                "\(subject): \"\(name)\" must be \(plain(range.lowerBound)) to \(plain(range.upperBound)),"
                    + " not \(plain(number))")
        }
        return number
    }

    /// A number that must be there.
    mutating func required(_ name: String, in range: ClosedRange<Double>) throws(FaultFileError) -> Double {
        guard let number = try number(name, in: range) else { throw missing(name) }
        return number
    }

    /// The complaint about a member that must be there, which may be there under a misspelt name.
    func missing(_ name: String, _ explanation: String = "") -> FaultFileError {
        let unread = members.keys.filter { !known.contains($0) }.sorted()
        let slip = NearestName.suggestion(for: name, among: unread).map { "; is \"\($0)\" a misspelling of it?" }
        return FaultFileError("\(subject): \"\(name)\" is missing" + (slip ?? explanation))
    }

    /// - Throws: ``FaultFileError`` for a member that was not read.
    func end() throws(FaultFileError) {
        guard let odd = members.keys.filter({ !known.contains($0) }).min() else { return }
        let hint = NearestName.hint(for: odd, among: known.filter { $0 != "comment" }).map { "; \($0)" } ?? ""
        throw FaultFileError("\(subject): \"\(odd)\" is not a known \(noun)\(hint)")
    }

    private func wrong(_ name: String, expected: String, value: JSONValue) -> FaultFileError {
        FaultFileError("\(subject): \"\(name)\" must be \(expected), not \(value.kindDescription)")
    }

    private func plain(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }
}
