import SpeedPix
import Synchronization

/// How many predictions a script may create. What the service refuses, and so is not paid for, does not count.
public final class CreateLimit: Sendable {
    private struct State {
        var made = 0
        var refused = 0
    }

    /// The most that may be created.
    public let most: Int
    /// Whose creates are counted, for messages.
    private let scope: String
    /// The option that raises it.
    private let option: String
    private let state = Mutex(State())

    /// A limit of which nothing is used up.
    public convenience init(_ most: Int) {
        self.init(most, of: "this run", option: "--limit")
    }

    /// - Parameters:
    ///   - scope: Whose creates are counted, for messages.
    ///   - option: The option that raises it.
    package init(_ most: Int, of scope: String, option: String) {
        self.most = most
        self.scope = scope
        self.option = option
    }

    /// How many were created, or may have been.
    public var made: Int { state.withLock { $0.made } }
    /// How many creates were stopped.
    public var refused: Int { state.withLock { $0.refused } }

    /// Takes one of them.
    ///
    /// - Throws: ``SpeedPixError`` `not_allowed`, whose message has how many were made.
    func take() throws {
        try state.withLock { state in
            guard state.made < most else {
                state.refused += 1
                throw SpeedPixError(
                    .notAllowed,
                    "stopped before prediction \(most + 1): \(scope) may create \(most), and \(state.made)"
                        + (state.made == 1 ? " was made" : " were made"),
                    remedy: "raise \(option), or leave it out; with --resume it counts anew")
            }
            state.made += 1
        }
    }

    /// Gives one back: nothing was created.
    func release() {
        state.withLock { $0.made -= 1 }
    }
}
