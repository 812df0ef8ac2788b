internal import JSONText

/// Reads JSON from its beginning on, without making a value of what nobody asks for: the answers of which there are several for
/// each row of a batch are read with it.
struct JSONScanner {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    static var unreadable: NATSError { NATSError(.badAnswer, "JetStream answered with something that is not its JSON") }

    /// Reads an object. `visit` gets each key, and must read or skip the value.
    mutating func object(_ visit: (String, inout JSONScanner) throws(NATSError) -> Void) throws(NATSError) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try visit(key, &self)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    mutating func string() throws(NATSError) -> String {
        let raw = try rawString()
        if !raw.isEscaped { return String(decoding: bytes[raw.range], as: UTF8.self) }
        return String(decoding: try unescaped(raw.range), as: UTF8.self)
    }

    /// The bytes that a string in Base64 stands for.
    mutating func base64() throws(NATSError) -> [UInt8] {
        let raw = try rawString()
        guard !raw.isEscaped, let decoded = Base64.decode(bytes[raw.range]) else { throw Self.unreadable }
        return decoded
    }

    mutating func unsigned() throws(NATSError) -> UInt64 {
        skipSpace()
        let start = at
        var number: UInt64 = 0
        while at < bytes.count, case let digit = bytes[at] &- UInt8(ascii: "0"), digit < 10 {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { throw Self.unreadable }
            number = sum
            at += 1
        }
        guard at > start else { throw Self.unreadable }
        return number
    }

    mutating func bool() throws(NATSError) -> Bool {
        skipSpace()
        if takeWord("true") { return true }
        if takeWord("false") { return false }
        throw Self.unreadable
    }

    /// Goes past a value of any kind.
    mutating func skip() throws(NATSError) {
        var depth = 0
        repeat {
            skipSpace()
            guard at < bytes.count else { throw Self.unreadable }
            switch bytes[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                at += 1
            case UInt8(ascii: "\""): _ = try rawString()
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw Self.unreadable }
                at += 1
            default: try skipWord()
            }
        } while depth > 0
        guard depth == 0 else { throw Self.unreadable }
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(NATSError) {
        guard take(byte) else { throw Self.unreadable }
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.count - at >= length else { return false }
        let isEqual = word.withUTF8Buffer { bytes[at..<at + length].elementsEqual($0) }
        if isEqual { at += length }
        return isEqual
    }

    /// A number, or one of JSON's three words.
    private mutating func skipWord() throws(NATSError) {
        let start = at
        while at < bytes.count, Self.isInWord(bytes[at]) { at += 1 }
        guard at > start else { throw Self.unreadable }
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private mutating func rawString() throws(NATSError) -> (range: Range<Int>, isEscaped: Bool) {
        try expect(UInt8(ascii: "\""))
        let start = at
        var isEscaped = false
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return (start..<at - 1, isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                at += 2
            default: at += 1
            }
        }
        throw Self.unreadable
    }

    private func unescaped(_ range: Range<Int>) throws(NATSError) -> [UInt8] {
        var text: [UInt8] = []
        var at = range.lowerBound
        while at < range.upperBound {
            guard bytes[at] == UInt8(ascii: "\\") else {
                text.append(bytes[at])
                at += 1
                continue
            }
            at += 1
            do {
                try bytes.withUnsafeBufferPointer { bytes throws(JSONEscape.Problem) in
                    try JSONEscape.decode(UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), at: &at, into: &text)
                }
            } catch {
                throw Self.unreadable
            }
        }
        return text
    }
}
