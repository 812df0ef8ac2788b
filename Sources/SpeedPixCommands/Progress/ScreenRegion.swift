/// Lines below whatever a program writes to its terminal, as bytes to send: pure, so that a test can interpret them.
///
/// The cursor always stands where the program's output goes on; the lines hang below it. So output needs nothing but
/// that they are erased from the cursor on, and a terminal that is resized, which moves the cursor with its text, loses
/// nothing. Nothing is hidden, and so nothing has to be restored when the process dies.
struct ScreenRegion: Sendable {
    private(set) var lines: [String] = []
    /// Whether the program's output ended with a line feed: then the lines begin in the cursor's own row.
    private var isAtLineStart = true

    /// Whether anything is on the screen that is not the program's.
    var isShown: Bool { !lines.isEmpty }

    /// Shows these lines instead of the last ones. Nothing to send if they are the same.
    mutating func draw(_ new: [String]) -> [UInt8] {
        guard new != lines else { return [] }
        guard !new.isEmpty else { return clear() }
        lines = new
        return shown()
    }

    /// The same lines again, after the program has written.
    func redraw() -> [UInt8] { lines.isEmpty ? [] : shown() }

    /// To be sent before output of the program.
    func lift() -> [UInt8] { lines.isEmpty ? [] : erase }

    /// The program has written these bytes.
    mutating func note(output bytes: [UInt8]) {
        if let last = bytes.last { isAtLineStart = last == UInt8(ascii: "\n") }
    }

    /// Leaves the screen to the program.
    mutating func clear() -> [UInt8] {
        guard !lines.isEmpty else { return [] }
        lines = []
        // What a terminal has echoed, as ^C, goes too.
        return (isAtLineStart ? [UInt8(ascii: "\r")] : []) + erase
    }

    /// From the cursor to the end of the screen. Row by row at first: some terminals take an erasure from the very first
    /// cell for a new screen, and keep the old one among what can be scrolled back to.
    private var erase: [UInt8] {
        Array((isAtLineStart ? "\u{1B}7\u{1B}[K\u{1B}[B\u{1B}[J\u{1B}8" : "\u{1B}[J").utf8)
    }

    private func shown() -> [UInt8] {
        var text = isAtLineStart ? "\r" : ""
        // Moving down scrolls where the screen ends, and keeps the column: then there is room for all of them.
        let below = lines.count - (isAtLineStart ? 1 : 0)
        if below > 0 { text += String(repeating: "\u{1B}D", count: below) + "\u{1B}[\(below)A" }
        text += "\u{1B}7"
        for (index, line) in lines.enumerated() {
            if index > 0 || !isAtLineStart { text += "\r\n" }
            text += line + "\u{1B}[K"
        }
        text += "\u{1B}[J\u{1B}8"
        return Array(text.utf8)
    }
}
