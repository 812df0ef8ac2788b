import Synchronization

/// Standard output and error of a session: while a person types, what comes is shown above their line, whole lines only.
final class SessionOutput: Sendable {
    private struct State {
        var reader: (any LineReader)?
        var pending: [UInt8] = []
        /// Whether the cursor is where a line begins.
        var isAtStart = true
        /// Takes what is written while a display is drawn below it.
        var displayed: CommandContext?
    }

    /// A longer line is written before its end has come.
    private static let longestLine = 1 << 16

    private let state = Mutex(State())
    private let writeOutput: @Sendable ([UInt8]) throws -> Void
    private let writeError: @Sendable ([UInt8]) -> Void
    /// Whether errors go to the same terminal, and so can wreck a line.
    private let sharesErrors: Bool

    init(_ context: CommandContext) {
        writeOutput = context.writeOutput
        writeError = context.writeError
        sharesErrors = context.lineTerminal?.showsErrors ?? false
    }

    /// - Throws: What the write threw, for instance because the reader has closed the stream.
    func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            guard !queue(bytes, &state) else { return }
            try (state.displayed?.writeOutput ?? writeOutput)(bytes)
            if let last = bytes.last { state.isAtStart = last == UInt8(ascii: "\n") }
        }
    }

    func writeError(_ bytes: [UInt8]) {
        state.withLock { state in
            let write = state.displayed?.writeError ?? writeError
            guard sharesErrors else { return write(bytes) }
            guard !queue(bytes, &state) else { return }
            write(bytes)
            if let last = bytes.last { state.isAtStart = last == UInt8(ascii: "\n") }
        }
    }

    private func queue(_ bytes: [UInt8], _ state: inout State) -> Bool {
        guard let reader = state.reader else { return false }
        state.pending += bytes
        if bytes.contains(UInt8(ascii: "\n")) || state.pending.count > Self.longestLine { reader.wake() }
        return true
    }

    /// The whole lines that have come since; nil if there are none.
    func takePending() -> [UInt8]? {
        state.withLock { state in
            let end: Int
            if let last = state.pending.lastIndex(of: UInt8(ascii: "\n")) {
                end = last + 1
            } else if state.pending.count > Self.longestLine {
                end = state.pending.count
            } else {
                return nil
            }
            defer { state.pending.removeFirst(end) }
            return Array(state.pending[..<end])
        }
    }

    /// Runs `body` with a display below whatever is written meanwhile; it is gone when `body` has ended.
    func showing<Result: Sendable>(
        _ display: LiveDisplay, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        defer { state.withLock { $0.displayed = nil } }
        return try await display.run { [self] displayed in
            state.withLock { $0.displayed = displayed }
            return try await body()
        }
    }

    /// From now on a person types: output waits for `reader` to take it.
    func beginLine(_ reader: any LineReader) {
        startLine()
        state.withLock { $0.reader = reader }
    }

    /// The terminal has echoed a key, as it does with Ctrl-C.
    func noteEcho() {
        state.withLock { $0.isAtStart = false }
    }

    /// A line of its own for what comes next.
    func startLine() {
        state.withLock { state in
            guard !state.isAtStart else { return }
            try? writeOutput([UInt8(ascii: "\n")])
            state.isAtStart = true
        }
    }

    /// The input line is complete; output that was held back for it is written now.
    func endLine() {
        state.withLock { state in
            state.reader = nil
            guard let last = state.pending.last else { return }
            try? writeOutput(state.pending)
            state.isAtStart = last == UInt8(ascii: "\n")
            state.pending = []
        }
    }
}
