import CLuaBridge

/// How tasks wait for tasks.
extension LuaScheduler {
    /// Makes the running task wait for one task, and gives it that task's results or error.
    func join(_ task: LuaTask) throws -> UInt64 {
        guard task !== running else { throw LuaArgumentError("a task cannot wait for itself") }
        return awaiting { [self] ticket in
            observe(task) { [self] in fulfil(ticket, with: outcome(of: $0)) }
        }
    }

    /// Makes the running task wait for all of a group, and raises the first failure.
    ///
    /// - Parameter cancelsRest: Whether that failure ends the others at once; else they go on to their ends first.
    func joinAll(_ tasks: [LuaTask], cancelsRest: Bool) -> UInt64 {
        awaiting { [self] ticket in
            guard !tasks.isEmpty else { return fulfil(ticket, with: .value(.nil)) }
            var remaining = tasks.count
            var failure: LuaTask?
            for task in tasks {
                observe(task) { [self] ended in
                    remaining -= 1
                    if ended.hasFailed, failure == nil {
                        failure = ended
                        if cancelsRest { cancel(tasks, reason: Int32(SPL_STOP_CANCELED)) }
                    }
                    guard remaining == 0 else { return }
                    fulfil(ticket, with: failure.map(outcome) ?? .value(.nil))
                }
            }
        }
    }

    /// The end of a task, for one that waits for it.
    func outcome(of task: LuaTask) -> Delivery {
        let task = task.failed
        return switch task.outcome {
        case .finished: .results(of: task)
        case .failed: .raised(by: task)
        case .stopped: .failure(LuaStop(reason: task.stop))
        case .exhausted, .failedBy, nil: .failure(LuaError(.memory, "not enough memory"))
        }
    }
}
