import CLuaBridge

/// Why a task must end, as the script sees it.
struct LuaStop: LuaRaisable {
    var reason: Int32

    var luaFields: [String: LuaValue] {
        reason == SPL_STOP_TIMEOUT
            ? ["code": "timeout", "message": "the script ran out of time", "retryable": false]
            : ["code": "canceled", "message": "the task was canceled", "retryable": false]
    }

    /// The same, for Swift.
    var error: LuaError {
        let table = LuaTable(entries: Dictionary(uniqueKeysWithValues: luaFields.map { (.string($0), $1) }))
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
