import Synchronization

/// How many connections each address has, so that nobody takes all of them.
final class ConnectionCounter: Sendable {
    private let most: Int
    private let counts = Mutex<[String: Int]>([:])

    /// - Parameter most: Connections of one address at the same time.
    init(most: Int) {
        self.most = most
    }

    /// Counts a connection.
    ///
    /// - Returns: False if there are too many; it is not counted then.
    func begin(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < most else { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// Ends one that was counted.
    func end(_ address: String) {
        counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}
