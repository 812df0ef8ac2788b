extension CommandContext {
    /// Tells what is at the service and paid for: nobody should have to look for it.
    func reportUnfinished(_ ledger: RunLedger) {
        let ids = ledger.unfinished
        if !ids.isEmpty {
            say("these predictions go on at the service: \(ids.joined(separator: " "))")
            say("fetch one later: speedpix jobs download ID, or speedpix.get(id) in a script")
        }
        for create in ledger.inDoubt {
            say("this create may have started a prediction, look in the console: \(create)")
        }
    }
}
