/// How much a terminal shows.
public struct TerminalSize: Sendable, Hashable {
    /// Characters in a row; a wide one takes two.
    public var columns: Int
    /// Rows on the screen.
    public var rows: Int

    /// A size in characters; nonsense is for the caller to keep out.
    public init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}
