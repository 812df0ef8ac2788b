import CLuaBridge

/// Why a task must end, as the script sees it.
struct LuaStop: LuaRaisable {
    private var code: LuaErrorCode
    private var message: String

    /// - Parameter reason: One of the bridge's stop reasons.
    init(reason: Int32) {
        let isTimeout = reason == SPL_STOP_TIMEOUT
        code = isTimeout ? .timeout : .canceled
        message = isTimeout ? "the script ran out of time" : "the task was canceled"
    }

    /// The end of a script's `timeout`.
    static func expired(after seconds: Double) -> LuaStop {
        var stop = LuaStop(reason: Int32(SPL_STOP_TIMEOUT))
        let shown = Int64(exactly: seconds).map { String($0) } ?? String(seconds)
        stop.message = "the function did not end within \(shown) s"
        return stop
    }

    var luaFields: [String: LuaValue] {
        ["code": code.value, "message": .string(message), "retryable": false]
    }

    /// The same, for Swift.
    var error: LuaError {
        let table = LuaTable(self)
        return LuaError(.runtime, LuaStop.describe(table), value: .table(table))
    }

    /// One of the host's error tables as a message; the same text as its `__tostring`.
    static func describe(_ error: LuaTable) -> String {
        var text = error["where"]?.text.map { "\($0): " } ?? ""
        if let code = error["code"]?.text { text += "\(code): " }
        text += error["message"]?.text ?? "error"
        if let hint = error["hint"]?.text { text += "\nhint: \(hint)" }
        return text
    }
}

extension LuaError {
    /// What ``LuaVM/execute(_:arguments:timeout:clock:)`` throws at its time limit; for hosts that abandon a run which does not
    /// stop.
    package static var timedOut: LuaError { LuaStop(reason: Int32(SPL_STOP_TIMEOUT)).error }
}

extension LuaTable {
    /// The fields of an error.
    init(_ error: any LuaRaisable) {
        self.init(entries: Dictionary(uniqueKeysWithValues: error.luaFields.map { (.string($0), $1) }))
    }
}
