/// What libvips makes of one EXIF field: `Canon (Canon, ASCII, 6 components, 6 bytes)`.
struct EXIFText {
    /// The field's text, or its number as a person reads it.
    let value: String

    init(_ text: String) {
        let bytes = Array(text.utf8)
        // From the end: a text may hold brackets and commas of its own.
        guard bytes.last == UInt8(ascii: ")"), let parts = Self.parts(bytes) else {
            value = Self.trimmed(bytes[...])
            return
        }
        let (described, format, components) = parts
        guard format == "ASCII" else {
            // "1/100 (1/100 sec."
            let human = described.firstIndex(of: UInt8(ascii: "(")).map { described[($0 + 1)...] } ?? described
            value = Self.trimmed(human)
            return
        }
        // The number of components counts a zero at the end, which most have.
        for count in [components - 1, components]
        where count >= 0 && count + 1 < described.count
            && described[described.startIndex + count] == UInt8(ascii: " ")
            && described[described.startIndex + count + 1] == UInt8(ascii: "(")
        {
            value = Self.trimmed(described.prefix(count))
            return
        }
        let end = described.firstIndex(of: UInt8(ascii: "(")) ?? described.endIndex
        value = Self.trimmed(described[..<end])
    }

    /// What stands before the format, the format's name, and how many components there are.
    private static func parts(_ bytes: [UInt8]) -> (ArraySlice<UInt8>, String, Int)? {
        var commas: [Int] = []
        for at in bytes.indices.reversed() where bytes[at] == UInt8(ascii: ",") {
            commas.append(at)
            if commas.count == 3 { break }
        }
        guard commas.count == 3 else { return nil }
        let format = trimmed(bytes[(commas[2] + 1)..<commas[1]])
        let count = trimmed(bytes[(commas[1] + 1)..<commas[0]]).split(separator: " ").first.flatMap { Int($0) }
        return count.map { (bytes[..<commas[2]], format, $0) }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let blank: (UInt8) -> Bool = { $0 <= 32 }
        let text = bytes.drop(while: blank)
        let end = text.lastIndex { !blank($0) }.map { $0 + 1 } ?? text.startIndex
        return String(decoding: text[..<end], as: UTF8.self)
    }
}
