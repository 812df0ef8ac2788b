extension String {
    /// The text with a space for each character that steers what shows it: what a stranger sends must not command a
    /// terminal, forge a line of a log, or show itself in another order than it is.
    ///
    /// - Parameter keepingLines: Leaves line feeds and tabs as they are.
    package func printable(keepingLines: Bool = false) -> String {
        var scalars = UnicodeScalarView()
        for scalar in unicodeScalars {
            let isKept = keepingLines && (scalar == "\n" || scalar == "\t")
            scalars.append(isKept || !scalar.steers ? scalar : " ")
        }
        return String(scalars)
    }

    /// The text as a literal in double quotes, with the escapes that Lua and Python have in common. What steers a terminal or
    /// an editor is an escape, too, so that it can be seen.
    ///
    /// - Parameter escape: How the language writes a character by its number.
    package func quoted(escape: (Unicode.Scalar) -> String) -> String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.steers: result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Unicode.Scalar {
    /// Whether it moves or commands instead of showing something: C0, delete, C1, line and paragraph separators, and format
    /// characters, such as those that turn the direction of text around. Joiners, which words and emoji are made with, do not.
    package var steers: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: self != "\u{200C}" && self != "\u{200D}"
        default: false
        }
    }
}
