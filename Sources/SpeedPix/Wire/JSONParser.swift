import JSONText

/// Reads one JSON document (RFC 8259) in one pass.
///
/// Foundation's decoder makes an error, with its whole path, of every type that a value turns out not to have: three
/// kilobytes that nest 500 deep keep it busy for seconds, and an answer may have megabytes. This one's time grows with the
/// document's length alone.
struct JSONParser {
    /// The deepest answer of the service nests some five levels; values in scripts may nest a hundred.
    static let depthLimit = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private let keepsLongNumbers: Bool
    private var at = 0

    /// - Parameter keepingLongNumbers: Whether a whole number beyond 64 bits becomes a string of its digits, rather than
    ///   an error.
    /// - Throws: `DecodingError` if the bytes are not one JSON document in UTF-8, or nest deeper than the limit.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, keepingLongNumbers: Bool = false) throws(DecodingError)
        -> JSONValue
    {
        var parser = JSONParser(bytes: bytes, keepsLongNumbers: keepingLongNumbers)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.at = 3 }
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.at == bytes.count else { throw parser.error("something follows the document") }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, keepsLongNumbers: Bool) {
        self.bytes = bytes
        self.keepsLongNumbers = keepsLongNumbers
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func error(_ problem: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "invalid JSON: \(problem), at byte \(at)"))
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    /// Whether this byte was there; it is passed over then.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(DecodingError) -> JSONValue {
        switch next {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(DecodingError) -> JSONValue {
        let word = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[at...].starts(with: word) else { throw error("a value is expected") }
        at += word.count
        return value
    }

    private mutating func object(depth: Int) throws(DecodingError) -> JSONValue {
        try enter(depth)
        var members: [String: JSONValue] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a name is expected") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw error("':' is expected") }
            skipSpace()
            if members.updateValue(try value(depth: depth + 1), forKey: name) != nil {
                try checkTwin(of: name, members)
            }
            skipSpace()
        } while take(",")
        guard take("}") else { throw error("',' or '}' is expected") }
        return .object(members)
    }

    /// Of a name that comes twice the last value counts, as in every JSON parser. Two names that differ only in their Unicode form
    /// are one to a dictionary: one value would be lost without a word.
    private func checkTwin(of name: String, _ members: [String: JSONValue]) throws(DecodingError) {
        guard let other = members.index(forKey: name).map({ members.keys[$0] }),
            !other.utf8.elementsEqual(name.utf8)
        else { return }
        let escaped = [other, name].map { key in
            key.unicodeScalars.map { $0.isASCII ? String($0) : "\\u{\(String($0.value, radix: 16, uppercase: true))}" }
                .joined()
        }
        throw error("two names that are read as one, \(escaped[0]) and \(escaped[1])")
    }

    private mutating func array(depth: Int) throws(DecodingError) -> JSONValue {
        try enter(depth)
        var values: [JSONValue] = []
        if take("]") { return .array(values) }
        repeat {
            skipSpace()
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw error("',' or ']' is expected") }
        return .array(values)
    }

    private mutating func enter(_ depth: Int) throws(DecodingError) {
        guard depth < Self.depthLimit else { throw error("it nests deeper than \(Self.depthLimit) levels") }
        at += 1
        skipSpace()
    }

    // MARK: Strings

    private mutating func string() throws(DecodingError) -> String {
        at += 1
        let start = at
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        guard next != UInt8(ascii: "\"") else {
            defer { at += 1 }
            return try text(bytes[start..<at])
        }
        var unescaped = Array(bytes[start..<at])
        while let byte = next, byte >= 0x20 {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(unescaped)
            case UInt8(ascii: "\\"): try escape(&unescaped)
            default: unescaped.append(byte)
            }
        }
        throw error("a string has no end, or a control character")
    }

    private func text(_ bytes: some Sequence<UInt8>) throws(DecodingError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error("the text is not UTF-8") }
        return text
    }

    private mutating func escape(_ text: inout [UInt8]) throws(DecodingError) {
        do {
            try JSONEscape.decode(bytes, at: &at, into: &text)
        } catch {
            let problem =
                switch error {
                case .unfinished: "a string has no end"
                case .unknown: "a string has no such escape"
                case .notHexadecimal: "four hexadecimal digits are expected"
                case .halfCharacter: "\\u names half a character"
                }
            throw self.error(problem)
        }
    }

    // MARK: Numbers

    private mutating func number() throws(DecodingError) -> JSONValue {
        let start = at
        _ = take("-")
        let isZero = next == UInt8(ascii: "0")
        let digits = try digits()
        if isZero, digits > 1 { throw error("a number begins with 0") }
        var isWhole = true
        if take(".") {
            isWhole = false
            _ = try self.digits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("-") { _ = take("+") }
            _ = try self.digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole { return try whole(text) }
        guard let number = Double(text), number.isFinite else { throw error("a number is too large") }
        // Beyond 2^53 a double stands for several whole numbers.
        if number.magnitude < 0x1p53, let whole = Int64(exactly: number) { return .integer(whole) }
        return .double(number)
    }

    /// A number without fraction and exponent: none of its digits may be lost.
    private func whole(_ text: String) throws(DecodingError) -> JSONValue {
        if let number = Int64(text) { return .integer(number) }
        if let number = UInt64(text) { return .unsigned(number) }
        guard !keepsLongNumbers else { return .string(text) }
        let problem = LongNumber(digits: text)
        throw DecodingError.dataCorrupted(
            .init(codingPath: [], debugDescription: problem.description, underlyingError: problem))
    }

    /// - Returns: How many there are; never none.
    private mutating func digits() throws(DecodingError) -> Int {
        let start = at
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        guard at > start else { throw error("a value is expected") }
        return at - start
    }
}
