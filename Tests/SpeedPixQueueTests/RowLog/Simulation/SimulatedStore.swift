import SpeedPix
import SpeedPixQueue

/// The log of one row at a server that may be away, answers late or not at all, and shows less than it has.
final class SimulatedStore: RowLogStore, @unchecked Sendable {
    struct NoAnswer: Error {}

    let world: SimulatedWorld
    let row: String
    private(set) var payloads: [[UInt8]] = []

    init(_ world: SimulatedWorld, row: String) {
        self.world = world
        self.row = row
    }

    var entries: [RowLogEntry] {
        payloads.indices.compactMap { try? RowLogEntry(NumberedEntry(number: $0 + 1, payload: payloads[$0])) }
    }

    /// What the log says.
    var state: RowLogState { entries.reduce(into: RowLogState()) { $0.fold($1) } }

    func append(_ payload: [UInt8], number: Int) async throws -> AppendOutcome {
        if world.fails(15) {
            return .refused(SpeedPixError(.journalFailed, "there is no connection", isRetryable: true))
        }
        let answer = Answer<AppendOutcome?>()
        let arrival = world.fails(40) ? world.milliseconds(1000...200_000) : world.milliseconds(1...30)
        let isAnswered = !world.fails(40)
        world.after(arrival) { [self] in
            guard !isAway || arrival > .seconds(1) else { return }
            if number > payloads.count + 1 {
                world.violated("\(row): entry \(number) comes before \(payloads.count + 1)")
            }
            let isStored = number == payloads.count + 1
            if isStored {
                payloads.append(payload)
                world.tell("\(row).\(number) \(String(decoding: payload, as: UTF8.self))")
            }
            if isAnswered { world.after(world.milliseconds(1...30)) { answer.give(isStored ? .stored : .exists) } }
        }
        world.after(.seconds(5)) { answer.give(nil) }
        guard let outcome = await answer.wait() else { throw NoAnswer() }
        return outcome
    }

    func read(from number: Int) async throws -> [NumberedEntry] {
        let answer = Answer<[NumberedEntry]?>()
        let isAnswered = !world.fails(30)
        let missing = world.fails(150) ? world.random.below(4) : 0
        world.after(world.milliseconds(1...30)) { [self] in
            guard isAnswered, !isAway else { return }
            let known = max(payloads.count - missing, 0)
            let entries = (number..<max(known + 1, number)).map { number in
                NumberedEntry(number: number, payload: payloads[number - 1])
            }
            world.after(world.milliseconds(1...30)) { answer.give(entries) }
        }
        world.after(.seconds(5)) { answer.give(nil) }
        guard let entries = await answer.wait() else {
            throw SpeedPixError(.journalFailed, "no answer", isRetryable: true)
        }
        return entries
    }

    private var isAway: Bool { world.hasFaults && world.time < world.outageEnd }
}
