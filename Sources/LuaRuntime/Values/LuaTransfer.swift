import CLuaBridge

/// How much one call has taken out of its VM, and whether it may take more.
///
/// A few tables that hold one another are small in Lua and have no end as a copy.
struct LuaTransfer {
    /// Not counted: it lives no longer than a call that the machine makes.
    unowned(unsafe) let machine: LuaMachine
    private let mostValues: Int
    private(set) var values = 0
    /// An estimate of what the copy takes.
    private(set) var bytes = 0
    private var nextCheck = Self.betweenChecks

    /// Values between two looks at the limits: some microseconds.
    private static let betweenChecks = 1024
    /// Bytes after which they are looked at in any case.
    private static let largeString = 1 << 20

    /// - Parameter mostValues: Fewer than the VM's limit.
    init(on machine: LuaMachine, mostValues: Int = .max) {
        self.machine = machine
        self.mostValues = min(mostValues, machine.limits.transferValues)
    }

    /// What was exceeded, as the end of a sentence that begins with the value's name.
    struct LimitExceeded: Error {
        var text: String
        var hint: String
    }

    /// Counts a value.
    ///
    /// - Throws: ``LimitExceeded``; ``LuaStop`` if the script is to end.
    mutating func add(bytes count: Int) throws {
        values += 1
        bytes += count
        guard values >= nextCheck || count >= Self.largeString else { return }
        nextCheck = values + Self.betweenChecks
        try check()
    }

    private func check() throws {
        let stop = spl_wanted_stop(machine.vm)
        guard stop == SPL_RUN else { throw LuaStop(reason: stop) }
        guard values <= mostValues else {
            throw LimitExceeded(
                text: "holds more than \(mostValues) values, those that are shared counted each time",
                hint: "a table that is in it many times is copied as often")
        }
        guard bytes + machine.copiedBytes <= spl_memory_left(machine.vm) else {
            throw LimitExceeded(
                text: "is too large to be copied within the memory limit of \(machine.limits.memory) bytes",
                hint: "work on a part at a time")
        }
    }
}

/// A value, or what is made of it, is over a limit.
struct LuaSizeError: LuaRaisable {
    var message: String
    var hint: String?

    var luaFields: [String: LuaValue] {
        ["code": LuaErrorCode.tooLarge.value, "message": .string(message), "hint": .optional(hint), "retryable": false]
    }
}
