extension String {
    /// The text with a space for each control character: what a stranger sends must not steer a terminal or forge a
    /// line of a log.
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
}

extension Unicode.Scalar {
    /// Whether it moves or commands instead of showing something: C0, delete, C1, line and paragraph separators.
    var steers: Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
}
