import CLuaBridge

extension LuaError {
    /// What a call of the bridge failed with.
    ///
    /// - Parameters:
    ///   - status: One of `SPL_ERROR` and the following.
    ///   - message: The bridge's own; nil if memory did not suffice for one.
    init(bridgeStatus status: Int32, _ message: String?) {
        let kind: Kind =
            switch Int(status) {
            case Int(SPL_ERROR): .runtime
            case Int(SPL_SYNTAX_ERROR), Int(SPL_SYNTAX_INCOMPLETE), Int(SPL_WIDE_NUMERAL): .syntax
            // Nothing can be said about the text then, either.
            default: .memory
            }
        self.init(kind, message ?? "not enough memory")
        switch Int(status) {
        case Int(SPL_SYNTAX_INCOMPLETE): syntaxProblem = .incomplete
        case Int(SPL_WIDE_NUMERAL): syntaxProblem = .wideNumeral
        default: break
        }
    }

    /// What the last call on a VM failed with.
    init(failureOf vm: OpaquePointer) {
        self.init(bridgeStatus: spl_failure_status(vm), String(cString: spl_failure(vm)))
    }
}
