import SpeedPix

/// The names in a JSON object in the order of its text, which a dictionary does not keep.
enum JSONMemberNames {
    /// - Parameter object: The text of an object that has been parsed without an error.
    /// - Returns: A name that is there twice comes twice.
    static func read(_ object: ArraySlice<UInt8>) -> [String] {
        var names: [String] = []
        var depth = 0
        var isBeforeName = false
        var index = object.startIndex
        while index < object.endIndex {
            let byte = object[index]
            index += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                isBeforeName = depth == 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                isBeforeName = false
            case UInt8(ascii: ","):
                isBeforeName = depth == 1
            case UInt8(ascii: "\""):
                let start = index
                var isEscaped = false
                while index < object.endIndex, object[index] != UInt8(ascii: "\"") {
                    if object[index] == UInt8(ascii: "\\") {
                        isEscaped = true
                        index += 1
                    }
                    index += 1
                }
                if isBeforeName { names.append(text(object, start, index, isEscaped: isEscaped)) }
                isBeforeName = false
                index += 1
            default: break
            }
        }
        return names
    }

    private static func text(_ object: ArraySlice<UInt8>, _ start: Int, _ end: Int, isEscaped: Bool) -> String {
        if isEscaped, let text = try? JSONValue(parsing: object[(start - 1)...end]).stringValue { return text }
        return String(decoding: object[start..<end], as: UTF8.self)
    }
}
