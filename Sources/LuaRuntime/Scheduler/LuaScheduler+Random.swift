import CLuaBridge

// Where scripts draw their random numbers from.
extension LuaScheduler {
    /// Says where the running task draws from.
    func chooseRandom() {
        spl_set_random(machine.vm, (running?.position ?? outside).random)
    }

    /// The running task seeds its stream.
    ///
    /// - Returns: The seed that counts: the one of a run before, the given one, or a new one.
    func seed(_ given: UInt64?) -> UInt64 {
        let position = running?.position
        let path = replayLog == nil ? nil : position?.path(ofNext: "seed")
        var seed = given ?? UInt64.random(in: 0 ... .max)
        if let path, let replayLog {
            if case .integer(let recorded) = replayLog.value(path) {
                seed = UInt64(bitPattern: recorded)
            } else {
                replayLog.record(.integer(Int64(bitPattern: seed)), path)
            }
        }
        (position ?? outside).reseed(seed)
        return seed
    }
}
