/// How tasks wake each other.
extension LuaScheduler {
    /// Wakes the task that waits for the event; if none does, the next one that waits goes on at once.
    func set(_ event: LuaEvent) -> UInt64 {
        signal(event)
        return issueDueTicket()
    }

    /// As ``set(_:)``, for callers that cannot wait, not even for what is due.
    func signal(_ event: LuaEvent) {
        if let waiter = event.waiter, tickets.waiter(waiter) != nil {
            event.waiter = nil
            fulfil(waiter, with: .value(.nil))
        } else {
            event.isSet = true
        }
    }

    /// Makes the running task wait until the event is set.
    func wait(for event: LuaEvent) -> UInt64 {
        awaiting { ticket in
            if event.isSet {
                event.isSet = false
                fulfil(ticket, with: .value(.nil))
            } else {
                event.waiter = ticket
                running?.awaitsEvent = true
            }
        }
    }
}
