/// Writes a JSON value as UTF-8: keys sorted, nothing between the parts, slashes as they are. The same value always gives
/// the same bytes.
///
/// Every call's body is written by it; a general encoder, which knows any type, takes ten times as long for them.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    /// JSON has no such number: NaN, or an infinity.
    struct NonFiniteNumber: Error {}

    /// - Throws: ``NonFiniteNumber``.
    mutating func write(_ value: JSONValue) throws(NonFiniteNumber) {
        switch value {
        case .null: write("null")
        case .bool(let flag): write(flag ? "true" : "false")
        case .integer(let number): write(String(number))
        case .unsigned(let number): write(String(number))
        case .double(let number): try write(number)
        case .string(let text): write(quoting: text)
        case .array(let values): try write(values)
        case .object(let members): try write(members)
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ number: Double) throws(NonFiniteNumber) {
        guard number.isFinite else { throw NonFiniteNumber() }
        // Shortest text that reads back as the same number; a whole one stays a whole one.
        let text = number.description
        write(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    private mutating func write(_ values: [JSONValue]) throws(NonFiniteNumber) {
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            try write(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: [String: JSONValue]) throws(NonFiniteNumber) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(quoting: member.key)
            bytes.append(UInt8(ascii: ":"))
            try write(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case 0x08: write("\\b")
            case 0x09: write("\\t")
            case 0x0A: write("\\n")
            case 0x0C: write("\\f")
            case 0x0D: write("\\r")
            case ..<0x20:
                let digits = String(byte, radix: 16)
                write("\\u00" + (digits.utf8.count == 1 ? "0" : "") + digits)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
