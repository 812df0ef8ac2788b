/// What tasks wait for. A ticket names a slot and its generation, so that what is delivered late, such as by work that was
/// cancelled, finds no task. Each ticket is delivered at most once.
struct TicketTable {
    /// What a waiting task gets.
    enum Delivery {
        /// In a box: a slot must be small, and holds a value only for a moment.
        indirect case value(LuaValue)
        case failure(any Error)
        /// Another task's results, by reference.
        case results(of: LuaTask)
        /// Another task's error, by reference.
        case raised(by: LuaTask)
    }

    /// Small: there is one for every task that waits.
    private struct Slot {
        enum Content {
            case free
            /// The task that waits, and the work that it waits for, if there is any.
            case waiting(LuaTask, Task<Void, Never>?)
            case due(Delivery)
        }

        var content = Content.free
        /// From 1, so that no ticket is 0.
        var generation: UInt32 = 1
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []

    /// A ticket for a task that waits.
    mutating func issue(to task: LuaTask) -> UInt64 {
        let index = takeSlot()
        slots[index].content = .waiting(task, nil)
        return ticket(index)
    }

    /// A ticket for something that is there already.
    mutating func issue(due delivery: Delivery) -> UInt64 {
        let index = takeSlot()
        slots[index].content = .due(delivery)
        return ticket(index)
    }

    private mutating func takeSlot() -> Int {
        if let index = free.popLast() { return Int(index) }
        slots.append(Slot())
        return slots.count - 1
    }

    private func ticket(_ index: Int) -> UInt64 {
        UInt64(slots[index].generation) << 32 | UInt64(index)
    }

    private func index(_ ticket: UInt64) -> Int? {
        let index = Int(ticket & 0xFFFF_FFFF)
        guard slots.indices.contains(index), slots[index].generation == UInt32(ticket >> 32) else { return nil }
        return index
    }

    /// The task that still waits for a ticket.
    func waiter(_ ticket: UInt64) -> LuaTask? {
        guard let index = index(ticket), case .waiting(let task, _) = slots[index].content else { return nil }
        return task
    }

    func isDue(_ ticket: UInt64) -> Bool {
        guard let index = index(ticket), case .due = slots[index].content else { return false }
        return true
    }

    mutating func attach(_ work: Task<Void, Never>, to ticket: UInt64) {
        guard let index = index(ticket), case .waiting(let task, _) = slots[index].content else { return }
        slots[index].content = .waiting(task, work)
    }

    /// - Returns: The task that waited, and now can go on; nil if none waits any more.
    mutating func deliver(_ delivery: Delivery, to ticket: UInt64) -> LuaTask? {
        guard let index = index(ticket), case .waiting(let task, _) = slots[index].content else { return nil }
        slots[index].content = .due(delivery)
        return task
    }

    /// What was delivered; the ticket is used up.
    mutating func take(_ ticket: UInt64) -> Delivery? {
        guard let index = index(ticket), case .due(let delivery) = slots[index].content else { return nil }
        retire(index)
        return delivery
    }

    /// No task waits for the ticket any more.
    ///
    /// - Returns: The work that was under way for it.
    mutating func void(_ ticket: UInt64) -> Task<Void, Never>? {
        guard let index = index(ticket) else { return nil }
        defer { retire(index) }
        guard case .waiting(_, let work) = slots[index].content else { return nil }
        return work
    }

    private mutating func retire(_ index: Int) {
        let generation = slots[index].generation &+ 1
        slots[index] = Slot(generation: max(1, generation))
        free.append(UInt32(index))
    }
}
