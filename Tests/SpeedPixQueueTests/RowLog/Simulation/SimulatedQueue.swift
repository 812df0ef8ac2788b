import SpeedPix

/// The rows' messages and their results.
final class SimulatedQueue: @unchecked Sendable {
    struct Delivery: Sendable {
        var row: String
        var generation: Int
    }

    private struct Message {
        var row: String
        var generation: Int
        /// When it is handed out next, or again.
        var due: Duration
    }

    struct ResultKey: Hashable {
        var row: String
        var generation: Int
    }

    static let ackWait: Duration = .seconds(30)

    let world: SimulatedWorld
    private var messages: [Message] = []
    private(set) var results: [ResultKey: JSONValue] = [:]

    init(_ world: SimulatedWorld) { self.world = world }

    var isEmpty: Bool { messages.isEmpty }

    func publish(_ row: String, generation: Int) {
        let isKnown = results[ResultKey(row: row, generation: generation)] != nil
        guard !isKnown, !messages.contains(where: { $0.row == row && $0.generation == generation }) else { return }
        messages.append(Message(row: row, generation: generation, due: world.time))
    }

    func next() -> Delivery? {
        let due = messages.indices.filter { messages[$0].due <= world.time }
        guard !due.isEmpty else { return nil }
        let index = world.random.pick(due)
        messages[index].due = world.time + Self.ackWait
        return Delivery(row: messages[index].row, generation: messages[index].generation)
    }

    func inProgress(_ delivery: Delivery) { delay(delivery, Self.ackWait) }

    func negativeAck(_ delivery: Delivery, delay: Duration) { self.delay(delivery, delay) }

    private func delay(_ delivery: Delivery, _ delay: Duration) {
        guard let index = index(delivery) else { return }
        messages[index].due = world.time + delay
    }

    func ack(_ delivery: Delivery) {
        guard let index = index(delivery) else { return }
        if results[ResultKey(row: delivery.row, generation: delivery.generation)] == nil {
            world.violated("\(delivery.row) is acknowledged without a result in generation \(delivery.generation)")
        }
        messages.remove(at: index)
    }

    private func index(_ delivery: Delivery) -> Int? {
        messages.firstIndex { $0.row == delivery.row && $0.generation == delivery.generation }
    }

    /// Create-if-absent. Two results of one generation that differ are what must not be.
    func publish(_ result: JSONValue, of delivery: Delivery) {
        let key = ResultKey(row: delivery.row, generation: delivery.generation)
        if let other = results[key], other != result {
            world.violated("\(delivery.row) has two results in generation \(delivery.generation): \(other), \(result)")
        }
        results[key] = results[key] ?? result
    }
}
