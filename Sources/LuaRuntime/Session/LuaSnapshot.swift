import CLuaBridge

/// A value as people are shown it: a copy that is cut off where it gets too large. Anything can be looked at, also what
/// cannot leave its VM, and nothing of the script's runs for it.
public indirect enum LuaSnapshot: Sendable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    /// A whole number from 2^63 on.
    case unsigned(UInt64)
    case number(Double)
    /// The first bytes, and how many there are in all.
    case string(LuaString, count: Int)
    case null
    case table(Table)
    /// Where it was defined, as messages say it: `shoe.lua:12`; nil for one of the host's or of Lua's own.
    case function(location: String?)
    case coroutine
    case object(any LuaObject)
    /// A module of the host's, by its name.
    case module(String?)
    /// A table inside itself; 1 for the innermost around it.
    case cycle(levels: Int)

    /// A table, as far as it was looked at.
    public struct Table: Sendable {
        /// The values of 1 … n.
        public var items: [LuaSnapshot] = []
        /// Everything else, in no order.
        public var entries: [(key: LuaSnapshot, value: LuaSnapshot)] = []
        /// How many keys were left out.
        public var omitted = 0
        /// Whether it lies too deep to have been looked into; it has something then.
        public var isClosed = false
        /// What its metatable calls it, with `__name`.
        public var kind: String?
        /// Whether the host raised it.
        public var isError = false
        /// What the script declared with `array` and `object`.
        public var shape = LuaTable.Shape.plain
    }

    /// Where a snapshot is cut off.
    public struct Limits: Sendable {
        /// Tables inside one another. Default 5.
        public var depth: Int
        /// Keys of one table. Default 200.
        public var entries: Int
        /// Values in all. Default 2,000, more than a person reads.
        public var nodes: Int
        /// Bytes of one string. Default 2,000.
        public var bytes: Int

        /// The defaults are for a terminal.
        public init(depth: Int = 5, entries: Int = 200, nodes: Int = 2000, bytes: Int = 2000) {
            self.depth = depth
            self.entries = entries
            self.nodes = nodes
            self.bytes = bytes
        }
    }
}

extension LuaReader {
    /// The value at a stack index. This cannot fail.
    ///
    /// Tables are walked as ``value(at:_:mostValues:)`` walks them. What is no table is read here once more, since a copy counts
    /// its bytes, anchors functions and throws, and a snapshot cuts off and says where.
    func snapshot(at index: Int32, _ limits: LuaSnapshot.Limits) -> LuaSnapshot {
        var traversal = Traversal(limits: limits)
        return snapshot(at: index, &traversal)
    }

    private struct Traversal {
        let limits: LuaSnapshot.Limits
        var path: [UnsafeRawPointer] = []
        var nodes = 0
    }

    private func snapshot(at index: Int32, _ traversal: inout Traversal) -> LuaSnapshot {
        traversal.nodes += 1
        switch spl_get_type(state, index) {
        case Int32(SPL_TNIL), Int32(SPL_TNONE): return .nil
        case Int32(SPL_TBOOLEAN): return .boolean(spl_get_boolean(state, index))
        case Int32(SPL_TNUMBER):
            return spl_is_integer(state, index)
                ? .integer(spl_get_integer(state, index)) : .number(spl_get_number(state, index))
        case Int32(SPL_TSTRING):
            var length = 0
            guard let bytes = spl_get_string(state, index, &length) else { return .string(LuaString([]), count: 0) }
            let shown = UnsafeRawBufferPointer(start: bytes, count: min(length, traversal.limits.bytes))
            return .string(LuaString(shown), count: length)
        case Int32(SPL_TTABLE): return table(at: index, &traversal)
        case Int32(SPL_TFUNCTION): return .function(location: location(at: index))
        case Int32(SPL_TTHREAD): return .coroutine
        case Int32(SPL_TLIGHTUSERDATA): return spl_is_null(state, index) ? .null : .module(nil)
        default:
            if let number = unsigned(at: index) { return .unsigned(number) }
            return object(at: index).map { .object($0) } ?? .module(kind(at: index))
        }
    }

    private func kind(at index: Int32) -> String? {
        guard spl_walk(state), let name = spl_get_kind(state, index) else { return nil }
        return String(cString: name)
    }

    private func location(at index: Int32) -> String? {
        guard spl_walk(state) else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let line = spl_get_function_line(state, index, start, buffer.count)
            let source = String(cString: start)
            // The source of the host's own modules is not shown.
            return line > 0 && !source.hasPrefix("[") ? "\(source):\(line)" : nil
        }
    }

    private func table(at index: Int32, _ traversal: inout Traversal) -> LuaSnapshot {
        guard let identity = spl_get_identity(state, index) else { return .nil }
        if let level = traversal.path.lastIndex(of: identity) { return .cycle(levels: traversal.path.count - level) }
        var result = LuaSnapshot.Table()
        result.isError = spl_is_error(machine.vm, state, index)
        result.shape = .init(rawValue: spl_get_shape(machine.vm, state, index)) ?? .plain
        guard spl_walk(state) else {
            result.isClosed = true
            return .table(result)
        }
        result.kind = kind(at: index)
        traversal.path.append(identity)
        defer { traversal.path.removeLast() }
        walkTable(at: index) {
            if traversal.path.count > traversal.limits.depth {
                // That there is something is all there is to know.
                result.isClosed = true
                return false
            }
            if result.items.count + result.entries.count < traversal.limits.entries,
                traversal.nodes < traversal.limits.nodes
            {
                let value = snapshot(at: -1, &traversal)
                if isKey(result.items.count + 1) {
                    result.items.append(value)
                } else {
                    result.entries.append((snapshot(at: -2, &traversal), value))
                }
            } else {
                result.omitted += 1
            }
            return true
        }
        gatherItems(&result)
        return .table(result)
    }

    /// Keys of the hash part come in any order: a list that was built backwards is a list all the same.
    private func gatherItems(_ table: inout LuaSnapshot.Table) {
        var late: [Int64: Int] = [:]
        for (index, entry) in table.entries.enumerated() {
            if case .integer(let key) = entry.key { late[key] = index }
        }
        var taken: Set<Int> = []
        while let index = late[Int64(table.items.count) + 1] {
            table.items.append(table.entries[index].value)
            taken.insert(index)
        }
        guard !taken.isEmpty else { return }
        table.entries = table.entries.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
    }
}
