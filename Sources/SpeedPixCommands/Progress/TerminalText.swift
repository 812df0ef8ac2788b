/// How many columns text takes on a terminal, as `wcwidth` and Unicode's East Asian Width have it.
enum TerminalText {
    /// Columns of a text without control characters.
    static func width(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// Columns of a text with the escape sequences that colour it, which take none.
    static func visibleWidth(_ text: String) -> Int {
        var plain = String.UnicodeScalarView()
        var isSequence = false
        for scalar in text.unicodeScalars {
            if scalar == "\u{1B}" { isSequence = true }
            if !isSequence { plain.append(scalar) }
            if isSequence, scalar == "m" { isSequence = false }
        }
        return width(String(plain))
    }

    /// 0, 1 or 2 columns: terminals give a cluster the width of its base.
    static func width(_ character: Character) -> Int {
        // Most text by far.
        if character.isASCII { return 1 }
        var width = 0
        for scalar in character.unicodeScalars {
            // A picture selector makes an emoji of what may be a letter-like sign.
            if scalar == "\u{FE0F}" { return 2 }
            width = max(width, Self.width(scalar))
        }
        return width
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        // Hangul Jamo; CJK with its punctuation and kana; Yi; Hangul; compatibility and full-width forms.
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            // Pictographs, and the planes of further ideographs.
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// The start of a text that fits, with an ellipsis if something is missing.
    static func fitted(_ text: String, columns: Int, ellipsis: String = "…") -> String {
        guard columns > 0 else { return "" }
        var shown = ""
        var used = 0
        // The end of the longest start that leaves room for the ellipsis.
        var cut = ""
        let room = columns - width(ellipsis)
        for character in text {
            let next = used + width(character)
            guard next <= columns else { return room >= 0 ? cut + ellipsis : "" }
            shown.append(character)
            used = next
            if used <= room { cut = shown }
        }
        return shown
    }

    /// The text with spaces after it, up to a number of columns.
    static func padded(_ text: String, columns: Int) -> String {
        text + String(repeating: " ", count: max(columns - width(text), 0))
    }
}
