/// The characters that tables put between their fields: which one a text has, when none is given.
enum CSVDelimiters {
    /// The likelier one first.
    static let common: [Character] = [",", ";", "\t"]

    /// The one that is most often in the first line outside quotes; a comma if there is none.
    static func guess(in text: some Sequence<UInt8>) -> Character {
        var counts = [Int](repeating: 0, count: common.count)
        let bytes = common.compactMap(\.asciiValue)
        var isQuoted = false
        for byte in text {
            if byte == UInt8(ascii: "\"") {
                // A doubled quote opens what it has just closed.
                isQuoted.toggle()
            } else if !isQuoted {
                if byte == 0x0A || byte == 0x0D { break }
                if let index = bytes.firstIndex(of: byte) { counts[index] += 1 }
            }
        }
        let most = counts.max() ?? 0
        return common[counts.firstIndex(of: most) ?? 0]
    }
}
