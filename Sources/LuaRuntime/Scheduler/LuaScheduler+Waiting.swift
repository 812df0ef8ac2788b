import CLuaBridge

/// How tasks wait, and get what they waited for.
extension LuaScheduler {
    /// Whether the running task may begin to wait.
    ///
    /// - Returns: Nil if it may; otherwise a ticket that never becomes due: the task is stopped where it waits for it.
    /// - Throws: When its grace period is over: its `<close>` variables start nothing more.
    func checkRunning() throws -> UInt64? {
        guard let running else { throw LuaArgumentError("the call has to wait, and no task is running") }
        guard running.awaitsStop else {
            guard let grace = running.grace, grace.isOver else { return nil }
            throw LuaStop(reason: running.stop != SPL_RUN ? running.stop : Int32(SPL_STOP_CANCELED))
        }
        let ticket = tickets.issue(to: running)
        makeReady(running, due: ticket)
        return ticket
    }

    /// Makes the running task wait for work that runs beside it.
    func begin(_ body: @escaping LuaFunctionDefinition.Work) -> UInt64 {
        guard let running, let owner else { return tickets.issue(due: .failure(CancellationError())) }
        let ticket = tickets.issue(to: running)
        let context = LuaContext(vm: owner, task: running)
        // Scripts run on the actor, and this is a call from one.
        tickets.attach(owner.assumeIsolated { $0.start(body, context, ticket: ticket) }, to: ticket)
        running.state = .waiting(ticket: ticket)
        return ticket
    }

    /// Counts what work holds against the memory limit, until it has ended.
    func hold(_ bytes: Int, for ticket: UInt64) {
        work.hold(bytes, for: ticket)
        spl_hold(machine.vm, Int64(bytes))
    }

    /// The result of work has arrived.
    func deliver(_ result: Result<LuaValue, any Error>, to ticket: UInt64) {
        let ended = work.end(ticket)
        if ended.heldBytes > 0 { spl_hold(machine.vm, -Int64(ended.heldBytes)) }
        if ended.wasAbandoned { return }
        switch result {
        case .success(let value): fulfil(ticket, with: .value(value))
        case .failure(let error): fulfil(ticket, with: .failure(error))
        }
    }

    func fulfil(_ ticket: UInt64, with delivery: Delivery) {
        guard let task = tickets.deliver(delivery, to: ticket) else { return }
        task.awaitsEvent = false
        makeReady(task, due: ticket)
    }

    func isPending(_ ticket: UInt64) -> Bool {
        !tickets.isDue(ticket)
    }

    func take(_ ticket: UInt64) -> Delivery {
        let delivery = tickets.take(ticket) ?? .failure(CancellationError())
        switch delivery {
        // It stays anchored until the next resume: the caller still has to copy from its thread.
        case .results(let task): resultSource = task
        case .raised(let task):
            resultSource = task
            running?.errorSource = task
        case .value, .failure: break
        }
        return delivery
    }

    /// A ticket for calls that have nothing to wait for.
    func issueDueTicket() -> UInt64 {
        tickets.issue(due: .value(.nil))
    }

    /// Makes the running task wait for what `arrange` sees to: it delivers to the ticket, at once or later.
    func awaiting(_ arrange: (UInt64) -> Void) -> UInt64 {
        guard let running else { return tickets.issue(due: .failure(CancellationError())) }
        let ticket = tickets.issue(to: running)
        running.state = .waiting(ticket: ticket)
        arrange(ticket)
        if tickets.isDue(ticket) {
            // It was due at once: the task goes on without a yield, and must not be resumed for it.
            ready.remove(running)
            running.state = .running
        }
        return ticket
    }
}
