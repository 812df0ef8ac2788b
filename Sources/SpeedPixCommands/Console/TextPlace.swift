/// A place in a text, both counted from 1; columns are characters.
struct TextPlace: Sendable, Equatable, Comparable {
    var line: Int
    var column: Int

    static func < (left: TextPlace, right: TextPlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
