import SpeedPix
import SpeedPixQueue

/// What a row's script does, drawn once for each row.
struct SimulatedScript: Sendable {
    /// How many creates it makes one after the other, each with what came of the one before.
    var steps: Int
    /// Whether two more are made beside each other at the end, the same ones.
    var hasPair: Bool
    /// Whether what it creates hangs on a value that it has drawn and kept.
    var isDrawn: Bool
    /// Whether it draws without keeping: then it must not pay for a second draw.
    var forgets: Bool

    init(_ world: SimulatedWorld) {
        steps = world.random.below(4)
        hasPair = world.random.chance(30)
        isDrawn = world.random.chance(50)
        forgets = isDrawn && world.random.chance(10)
    }
}

/// One try of a row by a worker: creates as `ServiceCaller` does, in its order of the journal's functions.
struct SimulatedRun: Sendable {
    struct Failed: Error {
        var state: String
        /// Whether the same may succeed later.
        var isRetryable = false
    }

    let row: String
    let script: SimulatedScript
    let journal: any PredictionJournal
    let service: SimulatedService
    let world: SimulatedWorld
    let worker: String

    func run() async throws -> JSONValue {
        var last = script.isDrawn ? draw() : "start"
        for step in 0..<script.steps { last = try await create("create \(step + 1)", "after \(last)") }
        guard script.hasPair else { return .string(last) }
        let input = last
        async let one = create("map 1/item 1/create 1", "twice \(input)")
        async let two = create("map 1/item 2/create 1", "twice \(input)")
        let pair = try await [one, two]
        return .string("\(last) \(pair.joined(separator: " "))")
    }

    private func draw() -> String {
        if !script.forgets, let kept = journal.value("draw")?.stringValue { return kept }
        let drawn = world.newName("draw-")
        if !script.forgets { journal.keep(.string(drawn), "draw") }
        return drawn
    }

    /// - Returns: The prediction's id.
    private func create(_ position: String, _ digest: String) async throws -> String {
        let claim = try await journal.claim(
            JournaledCreate(
                position: CreatePosition(rawValue: position), identity: CreateIdentity(digest: digest, inputs: [:]),
                workflowID: "wf"))
        let prediction: Prediction
        switch claim {
        case .recorded(let recorded): prediction = recorded
        case .new(let key): prediction = try await send(.init(row: row, position: position, digest: digest), key)
        }
        guard let end = await service.end(of: prediction.id) else { throw Failed(state: "failed") }
        try await journal.recordEnded(end, byCaller: false)
        guard end.status == .succeeded else { throw Failed(state: "failed") }
        return end.id
    }

    private func send(_ create: SimulatedService.Key, _ key: JournalKey) async throws -> Prediction {
        for _ in 0..<3 {
            do {
                try await journal.recordIntent(key)
            } catch {
                try? await journal.recordNotMade(key)
                throw error
            }
            let intended = world.time
            // Here a process may be stopped or killed between the acknowledgement and the send.
            await Task.yield()
            // As the transport asks when a connection stands.
            var outcome = SimulatedService.Outcome.notSent
            if journal.sendCondition(key)?() ?? true {
                outcome = await service.send(create, by: worker, intended: intended)
            }
            switch outcome {
            case .made(let prediction):
                try await journal.recordCreated(prediction, key)
                return prediction
            case .refused:
                try await journal.withdrawIntent(key)
                try? await journal.recordNotMade(key)
                throw Failed(state: "failed")
            case .notSent:
                try await journal.withdrawIntent(key)
                try await world.clock.sleep(for: .seconds(1))
            case .noAnswer:
                let error = SpeedPixError(.unknownOutcome, "no answer")
                try? await journal.recordInDoubt(key, error)
                throw error
            }
        }
        try? await journal.recordNotMade(key)
        throw Failed(state: "failed", isRetryable: true)
    }
}
