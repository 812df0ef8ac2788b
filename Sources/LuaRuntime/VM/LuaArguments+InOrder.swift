extension LuaArguments {
    /// Options whose first ones may also be given in order: `resize { width = 256 }`, `resize(256)` and
    /// `resize(256, { fit = "cover" })` are the same.
    ///
    /// - Parameters:
    ///   - start: The position of the first of them.
    ///   - leading: The options that may be given in order.
    ///   - names: Those that only the table can give.
    package func options(from start: Int = 1, inOrder leading: [String], _ names: [String] = []) throws -> LuaOptions {
        var given: [String: LuaValue] = [:]
        var position = start
        while position < start + leading.count, position <= count, !isTable(position) {
            given[leading[position - start]] = try value(position)
            position += 1
        }
        return try options(position, leading + names).adding(given)
    }
}

extension LuaOptions {
    /// The same with values that were not in the table; what both have, the table decides.
    fileprivate func adding(_ more: [String: LuaValue]) -> LuaOptions {
        LuaOptions(function: function, values: values.merging(more) { own, _ in own })
    }
}
