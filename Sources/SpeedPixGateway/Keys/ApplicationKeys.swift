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
        var version: KeyFile.Version?
        var entries: [String: Entry] = [:]
    }

    private let ownEntry: Entry
    private let file: KeyFile?
    private let logger: Logger?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - appKey: Counts for good, whatever the file says of a key of this name.
    ///   - file: Nil if there are no others.
    init(appKey: String, secret: Secret, file: KeyFile? = nil, logger: Logger? = nil) {
        ownEntry = Entry(
            caller: Caller(appKey: appKey, ownsUnmarked: true), signer: RequestSigner(appKey: appKey, secret: secret))
        self.file = file
        self.logger = logger
    }

    /// Who has the key that the gateway was started with.
    var own: Caller { ownEntry.caller }

    /// What a call with this key is checked with; nil for a key that is unknown or revoked.
    func entry(_ appKey: String) -> Entry? {
        guard appKey != ownEntry.caller.appKey else { return ownEntry }
        guard let file else { return nil }
        return state.withLock { state in
            Self.update(&state, from: file, logger)
            return state.entries[appKey]
        }
    }

    /// Whose a file is; nil if its key is unknown or revoked.
    func caller(_ tag: OwnerTag) -> Caller? {
        guard tag != ownEntry.caller.tag else { return ownEntry.caller }
        guard let file else { return nil }
        return state.withLock { state in
            Self.update(&state, from: file, logger)
            return state.entries.values.first { $0.caller.tag == tag }?.caller
        }
    }

    /// How many keys there are.
    var count: Int {
        guard let file else { return 1 }
        return state.withLock { state in
            Self.update(&state, from: file, logger)
            return 1 + state.entries.keys.count(where: { $0 != ownEntry.caller.appKey })
        }
    }

    /// Reads the file again if it is another one by now. One look at its attributes a call costs next to nothing, and a
    /// revoked key is refused from the next call on.
    private static func update(_ state: inout State, from file: KeyFile, _ logger: Logger?) {
        let version = file.version()
        guard version != state.version else { return }
        do throws(SpeedPixError) {
            let keys = try version == nil ? [] : file.keys()
            state.entries = Dictionary(
                keys.map { key in
                    (
                        key.name,
                        Entry(
                            caller: Caller(appKey: key.name, limits: key.limits),
                            signer: RequestSigner(appKey: key.name, secret: key.secret))
                    )
                }, uniquingKeysWith: { first, _ in first })
        } catch {
            // Whoever could be meant to be revoked is kept out, until the file can be read.
            state.entries = [:]
            logger?.error("the application keys cannot be read", metadata: ["error": "\(error.message)"])
        }
        state.version = version
    }
}
