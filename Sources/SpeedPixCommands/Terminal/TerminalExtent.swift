/// How large a terminal is.
public struct TerminalExtent: Sendable, Hashable {
    /// Characters in a row.
    public var columns: Int
    /// Rows on the screen.
    public var rows: Int
    /// Pixels of one character; 10 × 20 where the terminal does not report them.
    public var cellWidth: Int
    /// Pixels of one character from top to bottom.
    public var cellHeight: Int

    /// Sizes that make no sense are replaced: 80 × 24 characters of 10 × 20 pixels.
    public init(columns: Int, rows: Int, pixelWidth: Int = 0, pixelHeight: Int = 0) {
        self.columns = columns > 0 ? columns : 80
        self.rows = rows > 0 ? rows : 24
        let (width, height) = (pixelWidth / self.columns, pixelHeight / self.rows)
        // Some report nonsense, or the size of a single character.
        let isKnown = (4...64).contains(width) && (6...128).contains(height)
        cellWidth = isKnown ? width : 10
        cellHeight = isKnown ? height : 20
    }
}

/// The terminal that a person types at: standard input and standard output are both one.
public struct LineTerminal: Sendable {
    /// Where keys come from.
    public var input: Int32
    /// Where they are echoed.
    public var output: Int32
    /// Whether standard error is a terminal, too.
    public var showsErrors: Bool

    /// Descriptors that stay open as long as the command runs.
    public init(input: Int32, output: Int32, showsErrors: Bool = true) {
        self.input = input
        self.output = output
        self.showsErrors = showsErrors
    }
}
