import SpeedPix

/// A service that keeps its own record of what it has made, and whose answers come late or not at all.
final class SimulatedService: @unchecked Sendable {
    /// What would be paid for twice.
    struct Key: Hashable {
        var row: String
        var position: String
        var digest: String
    }

    enum Outcome {
        case made(Prediction)
        /// The service has refused it.
        case refused
        /// Nothing was sent.
        case notSent
        case noAnswer
    }

    final class Send {
        enum Effect {
            case unknown, none
            case made(String)
        }

        var effect = Effect.unknown
        /// Whether a person has said that it was not made.
        var isSettled = false
    }

    struct Made {
        var key: Key
        var id: String
        var end: Duration
        var hasFailed: Bool
    }

    let world: SimulatedWorld
    private(set) var made: [Made] = []
    private var sends: [Key: [Send]] = [:]
    /// Digests by their places.
    private var digests: [String: [String]] = [:]
    /// Creates that a person has called not made, also before they were sent.
    private var settled: Set<Key> = []
    private(set) var sendCount = 0

    init(_ world: SimulatedWorld) { self.world = world }

    /// - Parameter intended: When the sender was told that it may send; not long ago, which is what the send window is for.
    func send(_ key: Key, by sender: String, intended: Duration) async -> Outcome {
        let send = Send()
        if world.time - intended > .seconds(5) { world.violated("\(sender) sends \(key) after its time") }
        check(key, sender)
        sends[key, default: []].append(send)
        sendCount += 1
        if world.fails(60) {
            send.effect = .none
            return .notSent
        }
        let answer = Answer<Outcome>()
        let isRefused = world.fails(60)
        let (isLost, isAnswered) = (world.fails(40), !world.fails(80))
        let hasFailed = world.fails(80)
        world.after(world.milliseconds(10...8000)) { [self] in
            guard !isRefused, !isLost else {
                send.effect = .none
                if isRefused, isAnswered { world.after(.milliseconds(20)) { answer.give(.refused) } }
                return
            }
            let made = Made(
                key: key, id: world.newName("prediction-"), end: world.time + world.milliseconds(1000...40_000),
                hasFailed: hasFailed)
            self.made.append(made)
            send.effect = .made(made.id)
            world.tell("the service has made \(made.id) for \(key) by \(sender)")
            if isAnswered {
                world.after(world.milliseconds(10...3000)) {
                    answer.give(.made(Prediction(id: made.id, status: .waiting, workflowID: "wf")))
                }
            }
        }
        world.after(.seconds(10)) { answer.give(.noAnswer) }
        return await answer.wait()
    }

    /// The rule that everything is for.
    private func check(_ key: Key, _ sender: String) {
        world.tell("\(sender) sends \(key)")
        // Of two creates that are the same either may be taken for the other: two are paid for, never three.
        let same = sends.filter { $0.key.row == key.row && $0.key.digest == key.digest }.values.joined()
        if same.count(where: mayCount) >= (key.digest.hasPrefix("twice") ? 2 : 1) {
            world.violated("\(sender) sends \(key) a second time")
        }
        let place = "\(key.row) \(key.position)"
        for digest in digests[place] ?? [] where digest != key.digest {
            let other = Key(row: key.row, position: key.position, digest: digest)
            if sends[other, default: []].contains(where: mayCount) {
                world.violated("\(sender) sends \(key) where \(digest) was sent")
            }
        }
        if digests[place]?.contains(key.digest) != true { digests[place, default: []].append(key.digest) }
    }

    private func mayCount(_ send: Send) -> Bool {
        guard !send.isSettled else { return false }
        return switch send.effect {
        case .unknown: true
        case .none: false
        case .made(let id): made.contains { $0.id == id && !$0.hasFailed }
        }
    }

    /// The prediction when it has ended.
    func end(of id: String) async -> Prediction? {
        guard let made = made.first(where: { $0.id == id }) else { return nil }
        if made.end > world.time {
            let answer = Answer<Void>()
            world.after(made.end - world.time) { answer.give(()) }
            await answer.wait()
        }
        return Prediction(
            id: id, status: made.hasFailed ? .failed : .succeeded, workflowID: "wf",
            output: made.hasFailed ? nil : ["image": .string("https://files/\(id).png")])
    }

    // MARK: For a person

    /// A prediction of the create that is not among these.
    func prediction(of key: Key, otherThan known: (String) -> Bool) -> String? {
        made.last { $0.key == key && !known($0.id) }?.id
    }

    /// A person has said that it was not made: what still comes of sends so far is on him.
    func noteSettled(_ key: Key) {
        settled.insert(key)
        for send in sends[key] ?? [] { send.isSettled = true }
    }

    func isSettled(_ key: Key) -> Bool { settled.contains(key) }
}
