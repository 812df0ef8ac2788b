import Logging
import SpeedPix
import Synchronization

/// The application keys that a gateway takes: the one that it was started with, and those of its file as the file is now.
final class ApplicationKeys: Sendable {
    /// A key as a call is checked with it.
    struct Entry: Sendable {
        let caller: Caller
        let signer: RequestSigner
    }

    private struct State {
        /// Of the file that the entries are from; nil if there was none.
        var version: KeyFile.Version?
        var entries: [String: Entry] = [:]
        /// Nil if the file could be read the last time.
        var failure: Failure?
    }

    /// A file that could not be read.
    private struct Failure {
        let version: KeyFile.Version?
        /// Since then.
        let elapsed: @Sendable () -> Duration
    }

    /// How long a file that could not be read, and has not changed since, is left alone.
    private static let pause: Duration = .seconds(1)

    private let ownEntry: Entry
    private let file: KeyFile?
    private let clock: any Clock<Duration>
    private let logger: Logger?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - appKey: Counts for good, whatever the file says of a key of this name.
    ///   - file: Nil if there are no others.
    ///   - clock: Measures when a file that could not be read is read again.
    init(
        appKey: String, secret: Secret, file: KeyFile? = nil, clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger? = nil
    ) {
        ownEntry = Entry(
            caller: Caller(appKey: appKey, ownsUnmarked: true), signer: RequestSigner(appKey: appKey, secret: secret))
        self.file = file
        self.clock = clock
        self.logger = logger
    }

    /// Who has the key that the gateway was started with.
    var own: Caller { ownEntry.caller }

    /// What a call with this key is checked with; nil for a key that is unknown or revoked, and for the console's.
    func entry(_ appKey: String) -> Entry? {
        guard appKey != ownEntry.caller.appKey else { return ownEntry }
        guard let file else { return nil }
        return state.withLock { state in
            update(&state, from: file)
            return state.entries[appKey]
        }
    }

    /// Whose a file is, the console's among them; nil if its key is unknown or revoked.
    func caller(_ tag: OwnerTag) -> Caller? {
        guard tag != ownEntry.caller.tag else { return ownEntry.caller }
        guard tag != Caller.console.tag else { return .console }
        guard let file else { return nil }
        return state.withLock { state in
            update(&state, from: file)
            return state.entries.values.first { $0.caller.tag == tag }?.caller
        }
    }

    /// How many keys there are.
    var count: Int {
        guard let file else { return 1 }
        return state.withLock { state in
            update(&state, from: file)
            return 1 + state.entries.keys.count(where: { $0 != ownEntry.caller.appKey })
        }
    }

    /// Reads the file again if it is another one by now, or could not be read before. One look at its attributes a call costs
    /// next to nothing, and a revoked key is refused from the next call on.
    private func update(_ state: inout State, from file: KeyFile) {
        let version = file.version()
        if let failure = state.failure {
            // What keeps a file from being read need not be the file: a process may have too many open.
            guard version != failure.version || failure.elapsed() >= Self.pause else { return }
        } else if version == state.version {
            return
        }
        do throws(SpeedPixError) {
            // Nobody signs as the console, whatever was added before it had a key of its own.
            let keys = try version == nil ? [] : file.keys().filter { $0.name != ApplicationKey.consoleName }
            state.entries = Dictionary(
                keys.map { key in
                    (
                        key.name,
                        Entry(
                            caller: Caller(appKey: key.name, limits: key.limits),
                            signer: RequestSigner(appKey: key.name, secret: key.secret))
                    )
                }, uniquingKeysWith: { first, _ in first })
            state.version = version
            state.failure = nil
        } catch {
            // Whoever could be meant to be revoked is kept out, until the file can be read.
            state.entries = [:]
            if state.failure?.version != version {
                logger?.error("the application keys cannot be read", metadata: ["error": "\(error.message)"])
            }
            state.failure = Failure(version: version, elapsed: clock.stopwatch())
        }
    }
}
