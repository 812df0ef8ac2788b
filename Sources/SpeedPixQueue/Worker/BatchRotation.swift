/// Which batch a worker asks for rows next: each in its turn, and those that had none less often. A pure value.
///
/// A worker that waits at one batch gets no rows of the others meanwhile. So it waits long only if there is one batch.
package struct BatchRotation: Sendable {
    package enum Turn: Sendable, Equatable {
        /// Ask this batch, and wait so long for a row. `isIdle`: it had none when it was asked last.
        case ask(BatchName, patience: Duration, isIdle: Bool)
        /// No batch is to be asked before this time; nil: before one is added.
        case wait(until: Duration?)
    }

    private struct Entry: Sendable {
        let name: BatchName
        var due: Duration
        /// How often in a row it had none.
        var empty: Int
        /// Since when its rows are known to have all ended; nil while there are some.
        var atRestSince: Duration?
    }

    /// How long to wait for a row of the only batch.
    package static let longPatience: Duration = .seconds(5)
    /// How long to wait for a row of one of several.
    package static let shortPatience: Duration = .milliseconds(100)
    /// The longest time that a batch without rows is not asked.
    package static let longestPause: Duration = .seconds(5)
    /// How long a batch without any row, waiting or running, is still asked: whoever begins one publishes its rows soon.
    package static let restPatience: Duration = .seconds(60)
    private static let firstPause: Duration = .milliseconds(250)

    /// The one to be asked next is the first.
    private var entries: [Entry] = []

    package init() {}

    package var names: [BatchName] { entries.map(\.name) }

    package mutating func add(_ name: BatchName) {
        if !entries.contains(where: { $0.name == name }) { entries.append(Entry(name: name, due: .zero, empty: 0)) }
    }

    package mutating func remove(_ name: BatchName) { entries.removeAll { $0.name == name } }

    /// It was looked which batches have rows that wait or run, with any worker.
    ///
    /// - Returns: Those that have had none for ``restPatience``: they are asked no more.
    package mutating func removeResting(withRows names: Set<BatchName>, at time: Duration) -> [BatchName] {
        var resting: [BatchName] = []
        for index in entries.indices {
            if names.contains(entries[index].name) {
                entries[index].atRestSince = nil
            } else if let since = entries[index].atRestSince {
                if time - since >= Self.restPatience { resting.append(entries[index].name) }
            } else {
                entries[index].atRestSince = time
            }
        }
        entries.removeAll { resting.contains($0.name) }
        return resting
    }

    package mutating func next(at time: Duration) -> Turn {
        if entries.count == 1, let only = entries.first, only.due <= time {
            return .ask(only.name, patience: Self.longPatience, isIdle: false)
        }
        guard let index = entries.firstIndex(where: { $0.due <= time }) else {
            return .wait(until: entries.map(\.due).min())
        }
        let entry = entries.remove(at: index)
        entries.append(entry)
        return .ask(entry.name, patience: Self.shortPatience, isIdle: entry.empty > 0)
    }

    /// A batch was asked.
    ///
    /// - Parameter hasWaited: Whether its rows were waited for as long as ``longPatience``: then there is no pause besides.
    package mutating func note(_ name: BatchName, hadRows: Bool, hasWaited: Bool = false, at time: Duration) {
        guard let index = entries.firstIndex(where: { $0.name == name }) else { return }
        if hadRows {
            (entries[index].empty, entries[index].due) = (0, time)
        } else {
            var pause = Self.firstPause
            for _ in 0..<entries[index].empty where pause < Self.longestPause { pause *= 2 }
            entries[index].empty += 1
            entries[index].due = hasWaited ? time : time + min(pause, Self.longestPause)
        }
    }

    /// A batch could not be asked: it is left alone for the longest pause.
    package mutating func noteFailure(_ name: BatchName, at time: Duration) {
        guard let index = entries.firstIndex(where: { $0.name == name }) else { return }
        entries[index].empty += 1
        entries[index].due = time + Self.longestPause
    }
}
