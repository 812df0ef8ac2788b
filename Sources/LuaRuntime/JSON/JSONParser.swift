import CLuaBridge
import JSONText

/// Reads one JSON document (RFC 8259) and leaves its value in the VM's buffer as it goes.
///
/// Arrays and objects keep their shape, also when they are empty; null is a null of its own, not nil; whole numbers that fit are
/// integers (from 2^63 on: unsigned integers); of a name given twice the last value counts.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let vm: OpaquePointer
    let depthLimit: Int
    private var at = 0
    private var values = 0
    private var scratch: [UInt8] = []

    init(bytes: UnsafeBufferPointer<UInt8>, vm: OpaquePointer, depthLimit: Int) {
        self.bytes = bytes
        self.vm = vm
        self.depthLimit = depthLimit
    }

    /// - Throws: ``JSONSyntaxError`` with the position of the first mistake.
    mutating func parse() throws {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        skipSpace()
        try value(depth: 0)
        skipSpace()
        guard at == bytes.count else {
            throw error("there is something after the document", hint: "json.decode takes one document at a time")
        }
    }

    // MARK: Values

    @inline(__always)
    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    @inline(__always)
    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    /// Values between two polls of the stop flag: some tens of microseconds.
    private static let betweenPolls = 1024

    private mutating func value(depth: Int) throws {
        values &+= 1
        if values % Self.betweenPolls == 0 {
            let stop = spl_wanted_stop(vm)
            guard stop == SPL_RUN else { throw LuaStop(reason: stop) }
        }
        guard let byte = next else { throw error("the document ends where a value should be") }
        switch byte {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"):
            try literal("true")
            spl_put_boolean(vm, true)
        case UInt8(ascii: "f"):
            try literal("false")
            spl_put_boolean(vm, false)
        case UInt8(ascii: "n"):
            try literal("null")
            spl_put_null(vm)
        default: throw unexpected("a value")
        }
    }

    private mutating func literal(_ text: StaticString) throws {
        let count = text.utf8CodeUnitCount
        guard bytes.count - at >= count,
            UnsafeBufferPointer(rebasing: bytes[at..<at + count]).elementsEqual(
                UnsafeBufferPointer(start: text.utf8Start, count: count))
        else { throw unexpected("a value") }
        at += count
    }

    private mutating func object(depth: Int) throws {
        try check(depth)
        let table = begin(Int32(SPL_SHAPE_OBJECT))
        skipSpace()
        if next == UInt8(ascii: "}") {
            at += 1
            return
        }
        var count = 0
        while true {
            guard next == UInt8(ascii: "\"") else {
                throw next == UInt8(ascii: "}") ? trailingComma() : unexpected("a name in double quotes")
            }
            try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw unexpected("':'") }
            at += 1
            skipSpace()
            try value(depth: depth + 1)
            spl_put_entry(vm)
            count += 1
            skipSpace()
            switch next {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "}"):
                at += 1
                return spl_set_table_size(vm, table, 0, Int32(clamping: count))
            default: throw unexpected("',' or '}'")
            }
            skipSpace()
        }
    }

    private mutating func array(depth: Int) throws {
        try check(depth)
        let table = begin(Int32(SPL_SHAPE_ARRAY))
        skipSpace()
        if next == UInt8(ascii: "]") {
            at += 1
            return
        }
        var count: Int64 = 0
        while true {
            if next == UInt8(ascii: "]") { throw trailingComma() }
            try value(depth: depth + 1)
            count += 1
            spl_put_item(vm, count)
            skipSpace()
            switch next {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "]"):
                at += 1
                return spl_set_table_size(vm, table, Int32(clamping: count), 0)
            default: throw unexpected("',' or ']'")
            }
            skipSpace()
        }
    }

    /// - Returns: The table's offset in the buffer.
    private mutating func begin(_ shape: Int32) -> Int {
        at += 1
        let offset = spl_get_put_length(vm)
        // The size comes later: a table that is made at its size never has to grow.
        spl_put_table(vm, 0, 0, shape)
        return offset
    }

    private func check(_ depth: Int) throws {
        guard depth < depthLimit else { throw error("the document nests deeper than \(depthLimit) levels") }
    }

    // MARK: Strings

    private mutating func string() throws {
        at += 1
        let start = at
        var seen: UInt8 = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                let text = UnsafeBufferPointer(rebasing: bytes[start..<at])
                if seen >= 0x80 { try validate(text, from: start) }
                spl_put_string(vm, text.baseAddress, text.count)
                at += 1
                return
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw control(byte) }
            seen |= byte
            at += 1
        }
        at = start - 1
        throw error("the string that begins here has no end")
    }

    /// The rest of a string in which an escape was met.
    private mutating func escapedString(from start: Int) throws {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                try scratch.withUnsafeBufferPointer { text in
                    if text.contains(where: { $0 >= 0x80 }) { try validate(text, from: start) }
                    spl_put_string(vm, text.baseAddress, text.count)
                }
                at += 1
                return
            }
            guard byte >= 0x20 else { throw control(byte) }
            at += 1
            if byte == UInt8(ascii: "\\") { try escape() } else { scratch.append(byte) }
        }
        at = start - 1
        throw error("the string that begins here has no end")
    }

    private mutating func escape() throws {
        do {
            try JSONEscape.decode(bytes, at: &at, into: &scratch)
        } catch {
            throw describe(error)
        }
    }

    private func describe(_ problem: JSONEscape.Problem) -> JSONSyntaxError {
        switch problem {
        case .unfinished: error("the document ends inside a string")
        case .unknown(let byte):
            error("a string has no escape '\\\(Self.shown(byte))'", hint: "a backslash itself is written \\\\")
        case .notHexadecimal: unexpected("four hexadecimal digits after \\u")
        case .halfCharacter:
            error("\\u names half a character", hint: "characters beyond \\uFFFF take two: \\uD83D\\uDE00")
        }
    }

    private mutating func validate(_ text: UnsafeBufferPointer<UInt8>, from start: Int) throws {
        guard let bad = UTF8Text.firstInvalid(text) else { return }
        at = min(start + bad, bytes.count)
        throw error("the text is not UTF-8", hint: "save the file as UTF-8")
    }

    private func control(_ byte: UInt8) -> JSONSyntaxError {
        byte == 0x0A || byte == 0x0D
            ? error("a string cannot go over a line's end", hint: "a line break is written \\n")
            : error("a string cannot hold the control character \(byte)", hint: "a tab is written \\t")
    }

    // MARK: Numbers

    private mutating func number() throws {
        let start = at
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        let integerStart = at
        takeDigits(&mantissa, &digits)
        guard at > integerStart else { throw unexpected("a digit") }
        if at - integerStart > 1, bytes[integerStart] == UInt8(ascii: "0") {
            at = integerStart
            throw error("a number cannot begin with 0")
        }
        var exponent = 0
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            at += 1
            let fraction = at
            takeDigits(&mantissa, &digits)
            guard at > fraction else { throw unexpected("a digit after the point") }
            exponent = fraction - at
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            at += 1
            let isMinus = next == UInt8(ascii: "-")
            if isMinus || next == UInt8(ascii: "+") { at += 1 }
            var power: UInt64 = 0
            var powerDigits = 0
            let first = at
            takeDigits(&power, &powerDigits)
            guard at > first else { throw unexpected("a digit in the exponent") }
            let size = powerDigits > 6 ? 999_999 : Int(power)
            exponent += isMinus ? -size : size
        }
        if isWhole, digits <= 18, !(isNegative && mantissa == 0) {
            return spl_put_integer(vm, isNegative ? -Int64(mantissa) : Int64(mantissa))
        }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<at])
        if isWhole, digits > 18 { return try longNumber(text, from: start) }
        spl_put_number(
            vm, Self.double(mantissa: mantissa, digits: digits, exponent: exponent, isNegative: isNegative, text: text))
    }

    /// A whole number of more than 18 digits: none of them may be lost.
    private mutating func longNumber(_ text: UnsafeBufferPointer<UInt8>, from start: Int) throws {
        let digits = String(decoding: text, as: UTF8.self)
        if let number = Int64(digits) { return spl_put_integer(vm, number) }
        if let number = UInt64(digits) { return spl_put_unsigned(vm, number) }
        at = start
        throw error(
            "the whole number \(digits.count > 40 ? "\(digits.prefix(40))…" : digits) does not fit 64 bits",
            hint: "as a string, in quotes, it keeps its digits; with an exponent, such as 1e30, it is a float")
    }

    /// Adds digits to a number; those beyond the 19th are only counted. Leading zeros count for nothing.
    @inline(__always)
    private mutating func takeDigits(_ number: inout UInt64, _ digits: inout Int) {
        while at < bytes.count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            if digits < 19 { number = number &* 10 &+ UInt64(digit) }
            if digits > 0 || digit > 0 { digits += 1 }
            at += 1
        }
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private static func double(
        mantissa: UInt64, digits: Int, exponent: Int, isNegative: Bool, text: UnsafeBufferPointer<UInt8>
    ) -> Double {
        // Both factors are exact, so the one rounding gives the nearest double (Clinger's fast path).
        if digits <= 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
            let value = Double(mantissa)
            let result = exponent < 0 ? value / powers[-exponent] : value * powers[exponent]
            return isNegative ? -result : result
        }
        return Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }

    // MARK: Errors

    private func error(_ problem: String, hint: String? = nil) -> JSONSyntaxError {
        var (line, lineStart) = (1, 0)
        for index in 0..<min(at, bytes.count) where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        // Characters, as editors count them: bytes that continue one do not.
        let column = bytes[lineStart..<min(at, bytes.count)].count { $0 & 0xC0 != 0x80 }
        return JSONSyntaxError(line: line, column: column + 1, problem: problem, hint: hint)
    }

    private func unexpected(_ expected: String) -> JSONSyntaxError {
        guard let byte = next else { return error("expected \(expected), and the document ends") }
        let hint: String? =
            switch byte {
            case UInt8(ascii: "'"): "strings have double quotes"
            case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments"
            case UInt8(ascii: "N"), UInt8(ascii: "I"): "JSON has no NaN and no Infinity"
            case UInt8(ascii: "T"), UInt8(ascii: "F"): "true, false and null are written small"
            case UInt8(ascii: "\""): "a comma may be missing before it"
            case UInt8(ascii: "="): "names and values are separated by ':'"
            default: nil
            }
        return error("expected \(expected), not '\(Self.shown(byte))'", hint: hint)
    }

    private func trailingComma() -> JSONSyntaxError {
        error("there is nothing after the comma", hint: "JSON has no comma after the last value")
    }

    private static func shown(_ byte: UInt8) -> String {
        (0x20..<0x7F).contains(byte) ? String(Unicode.Scalar(byte)) : "byte \(byte)"
    }
}
