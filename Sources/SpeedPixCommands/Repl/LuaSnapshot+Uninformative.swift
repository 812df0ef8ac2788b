import LuaRuntime
import SpeedPixLua

extension LuaSnapshot {
    /// Whether showing it would only puzzle: `io.write` gives its handle, so that calls can be chained.
    var isUninformative: Bool {
        switch self {
        case .nil: true
        case .table(let table): table.kind == IOModule.handleClass
        default: false
        }
    }
}
