/// The names that people give to workflows, their inputs and outputs, and aliases.
package enum PublishedName {
    /// The most characters, counted as Unicode scalars.
    package static let longest = 64

    /// Why a text cannot be such a name, in words that follow the text; nil if it can.
    package static func problem(with text: String) -> String? {
        if text.isEmpty { return "is empty: give it letters or digits" }
        guard text.unicodeScalars.count <= longest else {
            return "is too long: \(longest) characters is the most"
        }
        guard text.unicodeScalars.allSatisfy(isAllowed) else {
            return "has other characters than letters, digits, \"_\" and \"-\": leave them out"
        }
        return nil
    }

    /// Letters of any script, with the marks that belong to them.
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "-" || isWordCharacter(scalar)
    }

    static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .nonspacingMark, .spacingMark:
            true
        default: false
        }
    }

    /// A name made of a title: in lower case, with `_` for everything else than letters and digits. Empty if it has none.
    static func slug(_ title: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in title.lowercased().unicodeScalars {
            if isWordCharacter(scalar) {
                scalars.append(scalar)
            } else if let last = scalars.last, last != "_" {
                scalars.append("_")
            }
        }
        // Room for a number at the end.
        var slug = String(String.UnicodeScalarView(scalars.prefix(longest - 8)))
        while slug.hasSuffix("_") { slug.removeLast() }
        return slug
    }
}
