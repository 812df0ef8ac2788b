import ComfyUI
import SpeedPix

/// All servers of a gateway: which of them a prediction runs on.
package actor ComfyUIServers {
    /// What a prediction needs of a server.
    struct Need: Sendable {
        let prediction: String
        let fitness: ServerFitness
        /// The values that its inputs give to fields with a list.
        let chosen: [GraphField: JSONValue]

        /// Versions of a workflow may have other models.
        var workflow: String { "\(fitness.workflow.id) \(fitness.workflow.version)" }
    }

    private struct Waiter: Sendable {
        let progress: ReportedProgress
        let assigned: @Sendable (ComfyUIServer) -> Void
    }

    nonisolated let servers: [ComfyUIServer]
    /// Whenever something else is known of one of them.
    nonisolated let notices = ChangeNotices<Void>()
    /// Whether one that has never answered may not exist.
    private let isAssumed: Bool
    private var schedule: ServerSchedule
    private var waiters: [String: Waiter] = [:]
    /// The order in which predictions have come, which they keep when they go to another server.
    private var orders: [String: Int] = [:]
    private var arrivals = 0
    private var reports: [String: ComfyUIServer.Report] = [:]
    private var speeds: [String: ServerSpeed] = [:]
    private var watching: Task<Void, Never>?
    /// Those who wait until each server was looked at.
    private var observers: [CheckedContinuation<Void, Never>] = []

    /// - Parameter isAssumed: As `ComfyUIConfiguration/isAssumed`.
    init(_ servers: [ComfyUIServer], perServer: Int, isAssumed: Bool = false) {
        self.servers = servers
        self.isAssumed = isAssumed
        schedule = ServerSchedule(servers: servers.map(\.id), perServer: perServer)
    }

    /// Begins to look at the servers. To be called once.
    func start() {
        watching = Task { [servers] in
            await withDiscardingTaskGroup { group in
                for server in servers {
                    group.addTask { await server.run { await self.changed(server.id, $0) } }
                }
            }
        }
    }

    /// Closes the connections.
    func close() async {
        watching?.cancel()
        await watching?.value
        for observer in observers { observer.resume() }
        observers = []
    }

    nonisolated func server(_ id: String) -> ComfyUIServer? { servers.first { $0.id == id } }

    private func changed(_ id: String, _ report: ComfyUIServer.Report) {
        let isOther = reports[id]?.state != report.state
        reports[id] = report
        if isOther { notices.tell() }
        schedule.setUp(id, report.state.isUp)
        schedule.setDraining(id, report.state.isDraining)
        schedule.setStrangers(id, report.state.strangers)
        dispatch()
        guard isEachKnown else { return }
        for observer in observers { observer.resume() }
        observers = []
    }

    private var isEachKnown: Bool { servers.allSatisfy { reports[$0.id]?.state.isKnown == true } }

    // MARK: What there is

    /// What is known of each server.
    package var states: [ComfyUIServerState] {
        servers.enumerated().map { index, server in
            var state = reports[server.id]?.state ?? ComfyUIServerState(number: index + 1, address: server.id)
            state.speed = speeds[server.id] ?? ServerSpeed()
            return state
        }
    }

    /// What is known of each server, as soon as each was asked.
    package func firstStates() async -> [ComfyUIServerState] {
        if !isEachKnown, watching?.isCancelled == false {
            await withCheckedContinuation { observers.append($0) }
        }
        return states
    }

    /// The classes of all servers together, with the choices of all.
    ///
    /// - Parameter isFresh: Whether the servers that answer are asked now: custom nodes and models may be new.
    /// - Throws: ``ComfyUIError`` if no server has ever answered.
    func definitions(isFresh: Bool = false) async throws -> NodeDefinitions {
        if isFresh {
            for server in servers where reports[server.id]?.state.isUp != false { _ = try? await server.refreshed() }
        }
        let known = servers.compactMap { reports[$0.id]?.definitions }
        guard let first = known.first else {
            let problems = states.map { "\($0.address): \($0.problem ?? "it has not been asked yet")" }
            throw ComfyUIError(
                .unreachable, "no server of ComfyUI answers: \(problems.joined(separator: "; "))",
                remedy: "start ComfyUI, and look at speedpix servers", mayHaveTakenEffect: false)
        }
        return known.dropFirst().reduce(first) { $0.merging($1) }
    }

    /// The servers that answer.
    var available: [ComfyUIServer] { servers.filter { reports[$0.id]?.state.isUp == true } }

    /// The most that one upload may have everywhere it could go, in bytes; nil if that is not known.
    var uploadLimit: Int64? {
        let expected = servers.filter { !isAssumed || reports[$0.id]?.definitions != nil }
        let limits = expected.map { reports[$0.id]?.uploadLimit }
        let known = limits.compactMap { $0 }
        return known.count == limits.count ? known.max() : nil
    }

    /// What a server has said of its classes; empty if it never did.
    func definitions(of server: String) -> NodeDefinitions {
        reports[server]?.definitions ?? NodeDefinitions()
    }

    // MARK: Predictions

    /// The servers that could run a prediction. One that has never answered could, unless nobody has named it and those that have
    /// answered could not.
    ///
    /// - Throws: ``WorkflowFailure`` that says what all of them lack.
    func eligible(for need: Need) throws(WorkflowFailure) -> Set<String> {
        var (fit, unknown, lacks) = (Set<String>(), Set<String>(), [String]())
        for server in servers {
            guard let definitions = reports[server.id]?.definitions else {
                unknown.insert(server.id)
                continue
            }
            if let lack = need.fitness.lack(need.chosen, definitions) {
                lacks.append("\(server.id) \(lack)")
            } else {
                fit.insert(server.id)
            }
        }
        if !isAssumed || lacks.isEmpty || !fit.isEmpty { fit.formUnion(unknown) }
        guard fit.isEmpty else { return fit }
        throw WorkflowFailure(
            "no server can run the workflow \(need.fitness.workflow.id): \(lacks.joined(separator: "; "));"
                + " install what is missing on one of them")
    }

    /// Has a prediction wait for a server.
    ///
    /// - Parameters:
    ///   - avoided: Servers that have tried, used only while no other one is up.
    ///   - progress: Is told how many are before it.
    ///   - assigned: Is called once.
    /// - Throws: ``WorkflowFailure`` if no server could ever run it.
    func assign(
        _ need: Need, avoiding avoided: Set<String>, progress: ReportedProgress,
        assigned: @escaping @Sendable (ComfyUIServer) -> Void
    ) throws(WorkflowFailure) {
        let eligible = try eligible(for: need)
        schedule.remove(need.prediction)
        do {
            try schedule.add(
                need.prediction, workflow: need.workflow, order: order(of: need.prediction), eligible: eligible,
                avoided: avoided)
        } catch {
            throw WorkflowFailure("the gateway has no server of ComfyUI")
        }
        waiters[need.prediction] = Waiter(progress: progress, assigned: assigned)
        dispatch()
    }

    private func order(of prediction: String) -> Int {
        if let order = orders[prediction] { return order }
        arrivals += 1
        orders[prediction] = arrivals
        return arrivals
    }

    /// A prediction that an earlier gateway has sent to a server counts as one that runs there.
    func takeUp(_ need: Need, on server: String) {
        _ = order(of: need.prediction)
        schedule.takeUp(need.prediction, workflow: need.workflow, on: server)
    }

    /// A prediction has succeeded on a server.
    ///
    /// - Parameter duration: From the moment it got the server until its results were here.
    func note(_ duration: Duration, on server: String) {
        speeds[server, default: ServerSpeed()].add(duration)
    }

    /// A prediction has ended.
    func release(_ prediction: String) {
        waiters[prediction] = nil
        orders[prediction] = nil
        schedule.remove(prediction)
        dispatch()
    }

    private func dispatch() {
        while let assignment = schedule.next() {
            guard let waiter = waiters.removeValue(forKey: assignment.prediction),
                let server = server(assignment.server)
            else { continue }
            waiter.assigned(server)
        }
        for (index, prediction) in schedule.predictions.enumerated() {
            waiters[prediction]?.progress.wait(behind: index)
        }
    }

    // MARK: Administration

    /// Whether nothing new begins on a server; what runs there goes on.
    ///
    /// - Parameter number: Counted from 1.
    /// - Returns: False if there is no such server.
    func setDraining(_ number: Int, _ isDraining: Bool) async -> Bool {
        guard number >= 1, number <= servers.count else { return false }
        await servers[number - 1].setDraining(isDraining)
        return true
    }

    /// Has a server drop the models and results that it keeps.
    ///
    /// - Parameter number: Counted from 1.
    /// - Returns: False if there is no such server.
    /// - Throws: ``ComfyUIError``; `CancellationError`.
    func free(_ number: Int) async throws -> Bool {
        guard number >= 1, number <= servers.count else { return false }
        try await servers[number - 1].client.free(unloadModels: true, freeMemory: true)
        return true
    }
}
