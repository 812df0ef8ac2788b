/// What came of asking for a line.
enum LineInput: Sendable, Equatable {
    /// Without its line break.
    case line(String)
    /// Ctrl-C: the line is not wanted any more.
    case interrupted
    /// Ctrl-D, or the end of a file.
    case end
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
    /// - Parameter prompt: Shown in front, if anybody sees it.
    func readLine(prompt: String) async -> LineInput
    /// A line that is to come back with the arrow keys.
    func remember(_ line: String)
    /// There is output to be shown above the line.
    func wake()
    /// The terminal has another size, or may be set differently; from any thread.
    func look()
    /// Ends the read that is under way, from any thread.
    func interrupt(ends: Bool)
}

/// Lines of a file or a pipe: nobody sees a prompt, and nothing interrupts.
struct GivenLines: LineReader {
    private let lines: GivenLinesState

    init(_ bytes: [UInt8]) {
        lines = GivenLinesState(String(decoding: bytes, as: UTF8.self))
    }

    func readLine(prompt: String) async -> LineInput {
        await lines.next().map { .line($0) } ?? .end
    }

    func remember(_ line: String) {}
    func wake() {}
    func look() {}
    func interrupt(ends: Bool) {}
}

private actor GivenLinesState {
    private var rest: ArraySlice<Substring>

    init(_ text: String) {
        rest = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
    }

    func next() -> String? {
        rest.popFirst().map(String.init)
    }
}
