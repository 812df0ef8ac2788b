/// What came of asking for a line.
enum LineInput: Sendable, Equatable {
    /// Without its line break; text, but what comes from a file may be anything.
    case bytes([UInt8])
    /// Ctrl-C: the line is not wanted any more.
    case interrupted
    /// Ctrl-D, or the end of a file.
    case end
    /// There are no more lines, for this reason.
    case failure(String)

    /// A line that is text.
    static func line(_ text: String) -> LineInput { .bytes(Array(text.utf8)) }
}

/// What Tab does.
struct Completion: Sendable, Equatable {
    /// Goes behind the cursor.
    var insertion = ""
    /// What there is to choose from, if that is more than one and nothing could be inserted.
    var choices: [String] = []
}

/// Where a session's lines come from.
protocol LineReader: Sendable {
    /// The next line. Output that comes meanwhile is shown above it.
    ///
    /// - Parameter prompt: Shown in front of the line, on a terminal.
    func readLine(prompt: String) async -> LineInput
    /// A line that is to come back with the arrow keys.
    func remember(_ line: String)
    /// There is output to be shown above the line.
    func wake()
    /// The terminal has another size, or may be set differently; from any thread.
    func refreshTerminal()
    /// Ends the read that is under way, from any thread.
    func interrupt(ends: Bool)
}
