import LuaRuntime
import SpeedPix
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An open file of `io.open`, with a buffer for what is read and one for what is written.
///
/// The calls block: they are on local files, and a task for each line would cost far more than the read.
final class FileHandle: LuaObject {
    static let luaClass = LuaClass(
        name: "file handle", summary: "An open file of `io.open`.",
        methods: described + [
            method("line") { handle, arguments in
                try handle.line(keepsEnd: arguments.count > 0).map { .string(LuaString($0)) } ?? .nil
            },
            method("all") { handle, _ in .string(LuaString(try handle.rest())) },
            method("number") { handle, _ in try handle.number() },
            method("take") { handle, arguments in
                let count = Int(clamping: try arguments.integer(1))
                return try handle.take(count).map { .string(LuaString($0)) } ?? .nil
            },
            method("put") { handle, arguments in
                try handle.put(try arguments.bytes(1).bytes)
                return .nil
            },
            method("flush") { handle, _ in
                try handle.flush()
                return .nil
            },
            method("seek") { handle, arguments in
                .integer(try handle.seek(try arguments.string(1), by: try arguments.integer(2)))
            },
            method("close") { handle, _ in
                try handle.close()
                return .nil
            },
        ])

    /// What scripts see: in the Lua text of ``IOModule``, in front of the methods here.
    private static let described: [LuaFunctionDefinition] = [
        .inSource(
            "read",
            .init("As formats say: l, L, a, n, or a number of bytes.", ["...: string|integer"], returns: "any")),
        .inSource(
            "lines",
            .init("Iterates over lines, or what formats say.", ["...: string|integer"], returns: "fun(): any")),
        .inSource(
            "write",
            .init("Writes strings and numbers; returns the file.", ["...: string|number"], returns: "FileHandle")),
        .inSource(
            "seek",
            .init(
                "Moves, and returns the position from the start.",
                ["whence?: string — set, cur or end", "offset?: integer"], returns: "integer")),
        .inSource("flush", .init("Hands what was written to the system.", returns: "FileHandle")),
        .inSource(
            "setvbuf",
            .init("Does nothing: the host decides on buffers.", ["mode?: string"], returns: "boolean")),
        .inSource("close", .init("Closes it; a <close> variable does so by itself.", returns: "boolean")),
    ]

    private static func method(
        _ name: String, _ body: @escaping @Sendable (FileHandle, borrowing LuaArguments) throws -> LuaValue
    ) -> LuaFunctionDefinition {
        .immediate(name) { arguments in try body(try arguments.receiver(FileHandle.self), arguments) }
    }

    private struct State {
        var descriptor: Descriptor?
        /// What was read ahead, from `next` on.
        var input: [UInt8] = []
        var next = 0
        var output: [UInt8] = []
    }

    /// A line longer than this, or a file read whole that is larger, is an error.
    private static let limit = 256 << 20
    private static let bufferSize = 64 << 10

    let name: String
    private let state: Mutex<State>

    init(_ descriptor: Descriptor, name: String) {
        self.name = name
        state = Mutex(State(descriptor: descriptor))
    }

    /// What has been read already, such as standard input.
    init(content: [UInt8], name: String) {
        self.name = name
        state = Mutex(State(input: content))
    }

    deinit {
        // A write error, such as a full disk, is dropped here: only close() reports it.
        state.withLock { state in try? Self.flush(&state, name) }
    }

    var luaDescription: String { "file (\(name))" }
    func luaProperty(_ name: String) -> LuaValue? { nil }

    // MARK: Reading

    private func line(keepsEnd: Bool) throws -> [UInt8]? {
        try state.withLock { state in
            var searched = state.next
            while true {
                if let end = state.input[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(state.input[state.next..<(keepsEnd ? end + 1 : end)])
                    state.next = end + 1
                    return line
                }
                let scanned = state.input.count - state.next
                guard try fill(&state) else {
                    guard state.next < state.input.count else { return nil }
                    defer { state.next = state.input.count }
                    return Array(state.input[state.next...])
                }
                searched = state.next + scanned
            }
        }
    }

    private func rest() throws -> [UInt8] {
        try state.withLock { state in
            while try fill(&state) {}
            defer { (state.input, state.next) = ([], 0) }
            return Array(state.input[state.next...])
        }
    }

    private func take(_ count: Int) throws -> [UInt8]? {
        guard count >= 0 else { throw LuaArgumentError("a file cannot give \(count) bytes") }
        return try state.withLock { state in
            while state.input.count - state.next < max(count, 1), try fill(&state) {}
            let end = state.next + min(count, state.input.count - state.next)
            // Lua's way of asking for the end of a file: read(0) is "" before it and nil at it.
            guard state.next < state.input.count else { return nil }
            defer { state.next = end }
            return Array(state.input[state.next..<end])
        }
    }

    private func number() throws -> LuaValue {
        try state.withLock { state in
            func peek() throws -> UInt8? {
                if state.next == state.input.count, try !fill(&state) { return nil }
                return state.input[state.next]
            }
            while let byte = try peek(), [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(byte) { state.next += 1 }
            var text = ""
            while text.utf8.count < 200, let byte = try peek(),
                "+-.0123456789abcdefABCDEFxXpP".utf8.contains(byte)
            {
                text.unicodeScalars.append(Unicode.Scalar(byte))
                state.next += 1
            }
            if let whole = Int64(text) { return .integer(whole) }
            if let whole = UInt64(text) { return .whole(whole) }
            return Double(text).map { .number($0) } ?? .nil
        }
    }

    /// Reads more; false at the end.
    private func fill(_ state: inout State) throws -> Bool {
        guard let descriptor = state.descriptor else { return false }
        try Self.flush(&state, name)
        if state.next > 0 {
            state.input.removeSubrange(..<state.next)
            state.next = 0
        }
        guard state.input.count < Self.limit else {
            throw SpeedPixError(
                .invalidArgument, "\(name): more than \(Self.limit >> 20) MiB at once", remedy: "read it in pieces")
        }
        let size = max(Self.bufferSize, min(state.input.count, 8 << 20))
        let count = withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            let count = Int(Descriptor.retrying { Int32(clamping: read(descriptor.number, buffer.baseAddress, size)) })
            if count > 0 { state.input.append(contentsOf: buffer[..<count]) }
            return count
        }
        guard count >= 0 else { throw Descriptor.failure(errno, name) }
        return count > 0
    }

    // MARK: Writing

    private func put(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            guard state.descriptor != nil else { throw Descriptor.failure(EBADF, name) }
            // The descriptor is ahead of the script's position by what was read into the buffer.
            if state.next < state.input.count { try Self.rewind(&state, name) }
            state.output += bytes
            if state.output.count >= Self.bufferSize { try Self.flush(&state, name) }
        }
    }

    private func flush() throws {
        try state.withLock { try Self.flush(&$0, name) }
    }

    private static func flush(_ state: inout State, _ name: String) throws {
        guard let descriptor = state.descriptor, !state.output.isEmpty else { return }
        defer { state.output.removeAll(keepingCapacity: true) }
        try descriptor.write(state.output, shownAs: name)
    }

    private static func rewind(_ state: inout State, _ name: String) throws {
        if let descriptor = state.descriptor {
            lseek(descriptor.number, off_t(state.next - state.input.count), SEEK_CUR)
        }
        (state.input, state.next) = ([], 0)
    }

    private func seek(_ whence: String, by offset: Int64) throws -> Int64 {
        try state.withLock { state in
            guard let descriptor = state.descriptor else { throw Descriptor.failure(ESPIPE, name) }
            try Self.flush(&state, name)
            try Self.rewind(&state, name)
            let origin = whence == "set" ? SEEK_SET : whence == "end" ? SEEK_END : SEEK_CUR
            let position = lseek(descriptor.number, off_t(offset), origin)
            guard position >= 0 else { throw Descriptor.failure(errno, name) }
            return Int64(position)
        }
    }

    private func close() throws {
        try state.withLock { state in
            defer { state = State() }
            try Self.flush(&state, name)
        }
    }
}
