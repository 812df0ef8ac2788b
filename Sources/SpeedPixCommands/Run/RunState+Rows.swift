import SpeedPixLua

extension RunState {
    /// Something that a person can watch.
    enum Row: Sendable {
        case job(Job)
        case transfer(ScriptTransfer)
    }

    /// The rows worth showing: what is computed, what is on its way, what waits; the eldest of each first.
    func rows(limit: Int) -> [Row] {
        guard limit > 0 else { return [] }
        var rows: [Row] = []
        var waiting: [Row] = []
        for id in order {
            guard let job = jobs[id] else { continue }
            if job.isRunning {
                rows.append(.job(job))
                if rows.count == limit { return rows }
            } else if waiting.count < limit {
                waiting.append(.job(job))
            }
        }
        for number in transferOrder {
            guard rows.count < limit else { return rows }
            if let transfer = transfers[number] { rows.append(.transfer(transfer)) }
        }
        return rows + waiting.prefix(limit - rows.count)
    }
}
