import GRDB
import Synchronization

/// Numbers of runs that are begun within others' transactions: reserved in portions, so that another process has none of them.
final class RunNumbers: Sendable {
    private struct State {
        var free: ArraySlice<Int64> = []
        /// Twice as many each time: those that are left over are never used, and a person types these numbers.
        var portion: Int64 = 8
    }

    private static let largestPortion: Int64 = 256

    private let database: JournalDatabase
    private let state = Mutex(State())

    init(_ database: JournalDatabase) {
        self.database = database
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func next() throws -> Int64 {
        try state.withLock { state in
            if state.free.isEmpty {
                state.free = try reserve(state.portion)
                state.portion = min(state.portion * 2, Self.largestPortion)
            }
            return state.free.removeFirst()
        }
    }

    /// `AUTOINCREMENT` never gives a number below what it has noted here.
    private func reserve(_ count: Int64) throws -> ArraySlice<Int64> {
        try database.setUp { database in
            try database.execute(sql: "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'run'", arguments: [count])
            let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'run'") ?? 0
            return ArraySlice((last - count + 1)...last)
        }
    }
}
