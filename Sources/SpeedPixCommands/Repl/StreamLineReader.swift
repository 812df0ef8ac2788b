import Dispatch
import Synchronization

/// Reads the lines of a file or a pipe, each as soon as it has arrived. It shows no prompt, and a read that is under way
/// cannot be interrupted.
final class StreamLineReader: LineReader {
    private struct State {
        /// What has been read and not been given yet.
        var rest: ArraySlice<UInt8> = []
        /// How much of it is known to hold no line break.
        var searched = 0
        var isAtBeginning = true
        var hasEnded = false
    }

    /// The most bytes of one line. A longer one is most likely a file without line breaks.
    private static let longest = 64 << 20

    private let state = Mutex(State())
    private let read: @Sendable () throws -> [UInt8]
    /// A read blocks its thread until something is written.
    private let queue = DispatchQueue(label: "speedpix.stream-line-reader")

    /// - Parameter read: The next bytes, whenever they come; nothing at the end.
    init(_ read: @escaping @Sendable () throws -> [UInt8]) {
        self.read = read
    }

    /// Lines of standard input.
    convenience init(_ context: CommandContext) {
        if let read = context.readSomeInput {
            self.init(read)
            return
        }
        let all = Mutex<(@Sendable () throws -> [UInt8])?>(context.readInput)
        self.init { try all.withLock { $0.take() }?() ?? [] }
    }

    func readLine(prompt: String) async -> LineInput {
        await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: state.withLock { next(&$0) }) }
        }
    }

    private func next(_ state: inout State) -> LineInput {
        while true {
            if let end = state.rest.dropFirst(state.searched).firstIndex(of: UInt8(ascii: "\n")) {
                let line = state.rest[..<end]
                state.rest = state.rest[(end + 1)...]
                state.searched = 0
                return Self.line(line)
            }
            state.searched = state.rest.count
            guard !state.hasEnded else {
                defer { state.rest = [] }
                return state.rest.isEmpty ? .end : Self.line(state.rest)
            }
            guard state.rest.count <= Self.longest else {
                state.rest = []
                state.hasEnded = true
                return .failure("a line of the input is longer than 64 MiB: break it into several")
            }
            do {
                let more = try read()
                state.hasEnded = more.isEmpty
                state.rest += more
            } catch is CancellationError {
                return .interrupted
            } catch {
                state.hasEnded = true
                return .failure("the session's lines could not be read: \(error)")
            }
            // The mark of Windows editors may come in pieces.
            if state.isAtBeginning, state.rest.count >= 3 || state.hasEnded {
                if state.rest.starts(with: [0xEF, 0xBB, 0xBF]) { state.rest = state.rest.dropFirst(3) }
                state.isAtBeginning = false
            }
        }
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> LineInput {
        .bytes(Array(bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes))
    }

    func remember(_ line: String) {}
    func wake() {}
    func refreshTerminal() {}
    func interrupt(ends: Bool) {}
}
