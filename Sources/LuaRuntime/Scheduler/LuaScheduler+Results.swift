import CLuaBridge

/// Converts how tasks ended to Swift values and errors.
extension LuaScheduler {
    /// The results or the error of an ended task, as values.
    func result(of task: LuaTask) -> Result<[LuaValue], LuaError> {
        let task = task.failed
        switch task.outcome {
        case .finished(let count):
            let reader = LuaReader(machine: machine, state: task.thread)
            do {
                return .success(try (0..<count).map { try reader.value(at: $0 + 1, "result \($0 + 1)") })
            } catch {
                guard let error = error as? any LuaRaisable else { return .failure(LuaError(.runtime, "\(error)")) }
                let table = LuaTable(error)
                return .failure(LuaError(.runtime, table["message"]?.text ?? "", value: .table(table)))
            }
        case .failed: return .failure(failure(of: task))
        case .stopped: return .failure(LuaStop(reason: task.stop).error)
        case .exhausted, .failedBy, nil: return .failure(LuaError(.memory, "not enough memory"))
        }
    }

    /// How an evaluation ended, its values still on its thread.
    enum EvaluationOutcome {
        case values(count: Int32)
        /// The error is on top of the thread of the task, if there is one.
        case failure(LuaTask?, LuaError)
    }

    func evaluationOutcome(of task: LuaTask) -> EvaluationOutcome {
        let task = task.failed
        switch task.outcome {
        case .finished(let count): return .values(count: count)
        case .failed: return .failure(task, failure(of: task))
        case .stopped: return .failure(nil, LuaStop(reason: task.stop).error)
        case .exhausted, .failedBy, nil: return .failure(nil, LuaError(.memory, "not enough memory"))
        }
    }

    /// The stack of an error. One of the host's has the stack it was raised on; where the task was spawned is added here.
    private func traceback(of task: LuaTask, _ error: LuaValue) -> String {
        guard let stack = error.tableValue?["traceback"]?.text else { return task.traceback }
        let origin = task.traceback.firstRange(of: "\nspawned at ").map { String(task.traceback[$0.lowerBound...]) }
        return stack + (origin ?? "")
    }

    private func failure(of task: LuaTask) -> LuaError {
        let reader = LuaReader(machine: machine, state: task.thread)
        let value: LuaValue
        do {
            value = try reader.value(at: -1, "the error that the script raised", mostValues: Self.mostErrorValues)
        } catch let error as LuaSizeError {
            return LuaError(
                .runtime, LuaStop.describe(LuaTable(error)), value: .table(LuaTable(error)), traceback: task.traceback)
        } catch {
            value = .nil
        }
        return LuaError(
            .runtime, Self.message(of: value, isHosts: spl_is_error(machine.vm, task.thread, -1)), value: value,
            traceback: traceback(of: task, value))
    }

    /// What was raised, as a message: the host's errors are tables with a code, and scripts may raise anything.
    static func message(of value: LuaValue, isHosts: Bool) -> String {
        switch value {
        case .string(let text): text.lossyText
        case .table(let table) where isHosts: LuaStop.describe(table)
        case .table(let table) where table["message"]?.text != nil: table["message"]?.text ?? ""
        default: "the script raised a \(value.typeName) value"
        }
    }
}
