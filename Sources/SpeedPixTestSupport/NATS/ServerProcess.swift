import Dispatch
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A program that serves until it is killed; at the latest it is killed when this process ends, even by SIGKILL.
final class ServerProcess: Sendable {
    private struct State {
        var output: [UInt8] = []
        var isReady = false
        var hasEnded = false
        var waitingForReady: [CheckedContinuation<Bool, Never>] = []
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// What the reading thread has of it, which must not keep it.
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()
    private let process: pid_t
    /// Its other end is read by a shell that kills the server when there is nobody left who could write.
    private let lifeline: Int32

    /// Starts it. `isReady` is the text in its output that says that it serves.
    init(_ program: String, _ arguments: [String], isReady: String) throws {
        let output = try Self.pipe()
        let lifeline = try Self.pipe()
        defer {
            close(output.write)
            close(lifeline.read)
        }
        // The shell becomes the program; before, it starts one that waits for the end of this process. $$ stays the same.
        let script = "(cat <&3 >/dev/null; kill -9 $$) >/dev/null 2>&1 & exec \"$0\" \"$@\" 3<&-"
        process = try Self.spawn(
            ["/bin/sh", "-c", script, program] + arguments, output: output.write, lifeline: lifeline.read)
        self.lifeline = lifeline.write
        let marker = Array(isReady.utf8)
        DispatchQueue(label: "test.server").async { [shared, process] in
            Self.read(output.read, into: shared, until: marker)
            close(output.read)
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            Self.noteEnd(shared)
        }
    }

    deinit {
        end()
        close(lifeline)
    }

    /// What it has written, on both of its streams.
    var output: String { String(decoding: shared.state.withLock { $0.output }, as: UTF8.self) }

    func signal(_ number: Int32) {
        // Its id is its own until the end was noted.
        shared.state.withLock { if !$0.hasEnded { _ = kill(process, number) } }
    }

    /// Returns when it stands still: a signal is under way for a while.
    func suspend() {
        signal(SIGSTOP)
        var state = siginfo_t()
        while waitid(P_PID, id_t(process), &state, WSTOPPED | WNOWAIT) < 0, errno == EINTR {}
    }

    func end() { signal(SIGKILL) }

    /// True when it serves, false if it has ended instead.
    func ready() async -> Bool {
        await withCheckedContinuation { continuation in
            let known = shared.state.withLock { state -> Bool? in
                if state.isReady || state.hasEnded { return state.isReady }
                state.waitingForReady.append(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = shared.state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: Its output

    private static func read(_ file: Int32, into shared: Shared, until marker: [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let size = buffer.count
            #if canImport(Darwin)
            let count = Darwin.read(file, &buffer, size)
            #elseif canImport(Glibc)
            let count = Glibc.read(file, &buffer, size)
            #else
            let count = Musl.read(file, &buffer, size)
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            let waiting = shared.state.withLock { state -> [CheckedContinuation<Bool, Never>] in
                state.output += buffer[..<count]
                guard !state.isReady, state.output.firstRange(of: marker) != nil else { return [] }
                state.isReady = true
                defer { state.waitingForReady = [] }
                return state.waitingForReady
            }
            for continuation in waiting { continuation.resume(returning: true) }
        }
    }

    private static func noteEnd(_ shared: Shared) {
        let (ready, end) = shared.state.withLock { state in
            state.hasEnded = true
            defer { (state.waitingForReady, state.waitingForEnd) = ([], []) }
            return (state.waitingForReady, state.waitingForEnd)
        }
        for continuation in ready { continuation.resume(returning: false) }
        for continuation in end { continuation.resume() }
    }

    // MARK: Starting it

    /// The first program of this name in `PATH` and in Debian's folder of server programs.
    static func find(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders =
            path.split(separator: ":").map(String.init) + ["/usr/sbin", "/opt/homebrew/bin", "/usr/local/bin"]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Both ends close when another program is started.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
        let status = Darwin.pipe(&ends)
        #elseif canImport(Glibc)
        let status = Glibc.pipe(&ends)
        #else
        let status = Musl.pipe(&ends)
        #endif
        guard status == 0 else { throw NATSServer.Problem(description: "no pipe: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ words: [String], output: Int32, lifeline: Int32) throws -> pid_t {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        #else
        var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        posix_spawn_file_actions_adddup2(&actions, lifeline, 3)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, words[0], &actions, nil, &arguments, environ)
        guard status == 0 else { throw NATSServer.Problem(description: "\(words[0]) does not start: error \(status)") }
        return process
    }
}
