/// Decides which prediction begins on which ComfyUI server. It is a value that does nothing by itself.
///
/// Changing the workflow of a server costs the time to load its models. So a free server takes the next prediction of the
/// workflow that it ran last, ahead of earlier ones of other workflows, but nobody is overtaken more than ten times, and each
/// workflow gets as many servers as its part of what waits.
struct ServerSchedule: Sendable {
    /// How often a prediction may be overtaken by later ones.
    static let overtakingLimit = 10
    /// Of how many waiting predictions the parts of the workflows are counted.
    private static let window = 40
    /// By how many servers a workflow may have too few before one is changed for it. Near one: with fewer, servers change to
    /// and fro; with more, predictions are overtaken until they have to be let through one by one.
    private static let tolerance = 0.8

    /// A prediction begins on a server.
    struct Assignment: Sendable, Hashable {
        let prediction: String
        let server: String
    }

    /// No configured server could ever run a prediction.
    struct NoServer: Error, Hashable {}

    private struct Server: Sendable {
        let id: String
        var isUp = false
        var isDraining = false
        var running: Set<String> = []
        var strangers = 0
        var lastWorkflow: String?
    }

    private struct Waiting: Sendable {
        let prediction: String
        let workflow: String
        let order: Int
        let eligible: Set<String>
        let avoided: Set<String>
        var overtaken = 0
    }

    private var servers: [Server]
    private let capacity: Int
    /// By their order.
    private var waiting: [Waiting] = []

    /// - Parameters:
    ///   - servers: Their addresses, in the order in which they are tried. They count as down until they are up.
    ///   - perServer: How many predictions each has at a time.
    init(servers: [String], perServer: Int = 1) {
        self.servers = servers.map { Server(id: $0) }
        capacity = max(perServer, 1)
    }

    // MARK: Servers

    /// Whether a server answers.
    mutating func setUp(_ server: String, _ isUp: Bool) { change(server) { $0.isUp = isUp } }

    /// Whether nothing new begins on a server.
    mutating func setDraining(_ server: String, _ isDraining: Bool) { change(server) { $0.isDraining = isDraining } }

    /// How many prompts of others a server has.
    mutating func setStrangers(_ server: String, _ count: Int) { change(server) { $0.strangers = count } }

    /// A prediction that an earlier gateway began runs on a server.
    mutating func takeUp(_ prediction: String, workflow: String, on server: String) {
        waiting.removeAll { $0.prediction == prediction }
        change(server) { server in
            server.running.insert(prediction)
            server.lastWorkflow = workflow
        }
    }

    private mutating func change(_ server: String, _ body: (inout Server) -> Void) {
        if let index = servers.firstIndex(where: { $0.id == server }) { body(&servers[index]) }
    }

    // MARK: Predictions

    /// A prediction waits for a server.
    ///
    /// - Parameters:
    ///   - order: Smaller ones come first.
    ///   - eligible: The servers that could run it, those that are down too.
    ///   - avoided: Those that have tried: used only while no other one is up.
    /// - Throws: ``NoServer`` if it could wait for ever.
    mutating func add(
        _ prediction: String, workflow: String, order: Int, eligible: Set<String>, avoided: Set<String> = []
    ) throws(NoServer) {
        guard servers.contains(where: { eligible.contains($0.id) }) else { throw NoServer() }
        let new = Waiting(
            prediction: prediction, workflow: workflow, order: order, eligible: eligible, avoided: avoided)
        let index = waiting.firstIndex { $0.order > order } ?? waiting.endIndex
        waiting.insert(new, at: index)
    }

    /// A prediction has ended, or does not wait any more.
    mutating func remove(_ prediction: String) {
        waiting.removeAll { $0.prediction == prediction }
        for index in servers.indices { servers[index].running.remove(prediction) }
    }

    /// The predictions that wait, in their order.
    var predictions: [String] { waiting.map(\.prediction) }

    /// How many predictions wait before one; nil if it does not wait.
    func position(of prediction: String) -> Int? {
        waiting.firstIndex { $0.prediction == prediction }
    }

    /// The next prediction that begins, which then counts as running; nil if none can.
    mutating func next() -> Assignment? {
        let free = servers.indices.filter { isFree(servers[$0]) }
        guard let head = waiting.indices.first(where: { index in free.contains { isUsable($0, for: waiting[index]) } })
        else { return nil }
        if let server = warm(free, for: waiting[head]) { return begin(head, on: server) }
        if !mustNotWait(waiting[head]), let (later, server) = overtaker(of: head, free) {
            for index in waiting[..<later].indices where isUsable(server, for: waiting[index]) {
                waiting[index].overtaken += 1
            }
            return begin(later, on: server)
        }
        let usable = free.filter { isUsable($0, for: waiting[head]) }
        guard let server = usable.min(by: { costOfChange($0) < costOfChange($1) }) else { return nil }
        return begin(head, on: server)
    }

    private mutating func begin(_ index: Int, on server: Int) -> Assignment {
        let started = waiting.remove(at: index)
        servers[server].running.insert(started.prediction)
        servers[server].lastWorkflow = started.workflow
        return Assignment(prediction: started.prediction, server: servers[server].id)
    }

    private func isFree(_ server: Server) -> Bool {
        server.isUp && !server.isDraining && server.running.count < capacity
    }

    private func isUsable(_ server: Int, for prediction: Waiting) -> Bool {
        guard prediction.eligible.contains(servers[server].id) else { return false }
        guard prediction.avoided.contains(servers[server].id) else { return true }
        return !servers.contains {
            $0.isUp && !$0.isDraining && prediction.eligible.contains($0.id) && !prediction.avoided.contains($0.id)
        }
    }

    /// A free server that has run the workflow of a prediction last: without strangers' prompts, if there is one.
    private func warm(_ free: [Int], for prediction: Waiting) -> Int? {
        free.filter { servers[$0].lastWorkflow == prediction.workflow && isUsable($0, for: prediction) }
            .min { servers[$0].strangers < servers[$1].strangers }
    }

    /// The first prediction behind another that finds a free server of its workflow, and may overtake.
    private func overtaker(of head: Int, _ free: [Int]) -> (index: Int, server: Int)? {
        for later in waiting.indices where later > head {
            guard let server = warm(free, for: waiting[later]) else { continue }
            let overtaken = waiting[..<later].filter { isUsable(server, for: $0) }
            if overtaken.allSatisfy({ $0.overtaken < Self.overtakingLimit }) { return (later, server) }
        }
        return nil
    }

    /// Whether a server changes its workflow for a prediction, rather than letting a later one through.
    private func mustNotWait(_ prediction: Waiting) -> Bool {
        guard prediction.overtaken < Self.overtakingLimit else { return true }
        guard prediction.overtaken > 0 else { return false }
        let next = waiting.prefix(Self.window)
        let part = Double(next.count { $0.workflow == prediction.workflow }) / Double(next.count)
        let usable = servers.filter { $0.isUp && !$0.isDraining }
        let own = usable.count { $0.lastWorkflow == prediction.workflow }
        return Double(own) + Self.tolerance <= part * Double(usable.count)
    }

    /// What it costs to change a server's workflow, to compare: strangers' prompts, then whether it has models loaded, then
    /// how few others have the same.
    private func costOfChange(_ server: Int) -> (Int, Int, Int, Int) {
        let last = servers[server].lastWorkflow
        let alike = last == nil ? 0 : servers.count { $0.lastWorkflow == last }
        return (servers[server].strangers, last == nil ? 0 : 1, -alike, server)
    }
}
