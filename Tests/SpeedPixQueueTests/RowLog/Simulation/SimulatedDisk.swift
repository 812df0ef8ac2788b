import SpeedPix
import SpeedPixQueue

/// What a worker's own journal has on its disk: it outlasts the process.
final class SimulatedDisk: @unchecked Sendable {
    struct Create {
        var row: String
        var create: JournaledCreate
        var prediction: Prediction?
    }

    private(set) var creates: [String: Create] = [:]
    /// Names of ``creates``, in the order of their intents: a dictionary has another order in each process.
    private(set) var order: [String] = []

    func intend(_ create: Create, named name: String) {
        creates[name] = create
        order.append(name)
    }

    func withdraw(_ name: String) {
        creates[name] = nil
        order.removeAll { $0 == name }
    }

    func note(_ prediction: Prediction, named name: String) { creates[name]?.prediction = prediction }
}

/// A worker's own journal of one row.
final class SimulatedLocalJournal: PredictionJournal, @unchecked Sendable {
    private let disk: SimulatedDisk
    private let row: String
    private var creates: [JournalKey: JournaledCreate] = [:]
    private var next: UInt64 = 0

    init(_ disk: SimulatedDisk, row: String) {
        self.disk = disk
        self.row = row
    }

    var identifiesCreates: Bool { true }

    func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        next += 1
        creates[JournalKey(rawValue: next)] = create
        return .new(JournalKey(rawValue: next))
    }

    func recordIntent(_ key: JournalKey) async throws {
        await Task.yield()
        if let create = creates[key] { disk.intend(.init(row: row, create: create), named: name(create)) }
    }

    func withdrawIntent(_ key: JournalKey) async throws {
        await Task.yield()
        if let create = creates[key] { disk.withdraw(name(create)) }
    }

    func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        await Task.yield()
        if let create = creates[key] { disk.note(prediction, named: name(create)) }
    }

    func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {}
    func recordNotMade(_ key: JournalKey) async throws { try await withdrawIntent(key) }
    func recordEnded(_ prediction: Prediction, byCaller: Bool) async throws {}

    private func name(_ create: JournaledCreate) -> String { create.position?.rawValue ?? "" }
}
