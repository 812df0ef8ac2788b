/// A line and a column of a text, both counted from 1; columns count characters.
struct TextPosition: Sendable, Equatable, Comparable {
    var line: Int
    var column: Int

    static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
