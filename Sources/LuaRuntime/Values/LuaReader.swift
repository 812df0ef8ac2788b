import CLuaBridge

/// Copies values from a Lua stack, with calls that can neither allocate in Lua nor raise.
struct LuaReader {
    /// Not counted: a reader lives no longer than a call that the machine makes.
    unowned(unsafe) let machine: LuaMachine
    let state: OpaquePointer

    /// The value at a stack index.
    ///
    /// - Parameter what: Names the value in errors: "argument 2".
    /// - Throws: ``LuaArgumentError`` for a cycle, a table that nests too deep, or a value that cannot leave Lua;
    ///   ``LuaSizeError`` for one that is over a limit; ``LuaStop`` if the script is to end meanwhile.
    func value(at index: Int32, _ what: @autoclosure () -> String, mostValues: Int = .max) throws -> LuaValue {
        var traversal = Traversal(transfer: LuaTransfer(on: machine, mostValues: mostValues))
        do {
            let value = try value(at: index, &traversal)
            machine.copiedBytes += traversal.transfer.bytes
            return value
        } catch let problem as Problem {
            throw LuaArgumentError("\(what()) \(problem.text)", hint: problem.hint)
        } catch let excess as LuaTransfer.LimitExceeded {
            throw LuaSizeError(message: "\(what()) \(excess.text)", hint: excess.hint)
        }
    }

    private struct Traversal {
        var transfer: LuaTransfer
        /// The tables that the value lies in.
        var path: [UnsafeRawPointer] = []
    }

    private struct Problem: Error {
        var text: String
        var hint: String?
    }

    private func value(at index: Int32, _ traversal: inout Traversal) throws -> LuaValue {
        switch spl_get_type(state, index) {
        case Int32(SPL_TNIL), Int32(SPL_TNONE): return .nil
        case Int32(SPL_TBOOLEAN): return .boolean(spl_get_boolean(state, index))
        case Int32(SPL_TNUMBER):
            return spl_is_integer(state, index)
                ? .integer(spl_get_integer(state, index)) : .number(spl_get_number(state, index))
        case Int32(SPL_TSTRING):
            try traversal.transfer.add(bytes: Int(spl_get_length(state, index)) + Self.stringSize)
            return .string(string(at: index))
        case Int32(SPL_TTABLE): return .table(try table(at: index, &traversal))
        case Int32(SPL_TFUNCTION):
            let slot = spl_anchor(machine.vm, state, index)
            guard slot >= 0 else { throw Problem(text: "holds too many functions") }
            return .function(LuaFunction(slot: slot, releases: machine.releases))
        case Int32(SPL_TLIGHTUSERDATA) where spl_is_null(state, index): return .null
        case Int32(SPL_TUSERDATA):
            if let object = object(at: index) { return .object(object) }
            if let number = unsigned(at: index) { return .unsigned(number) }
            throw Problem(text: "holds a module or a foreign userdata")
        default: throw Problem(text: "holds a coroutine", hint: "coroutines cannot leave the script")
        }
    }

    /// What a string, a table and an entry of one take in Swift, in bytes, beside what is in them; measured, roughly.
    private static let stringSize = 48
    private static let tableSize = 160
    private static let entrySize = 64

    func string(at index: Int32) -> LuaString {
        var length = 0
        guard let bytes = spl_get_string(state, index, &length) else { return LuaString([]) }
        return LuaString(UnsafeRawBufferPointer(start: bytes, count: length))
    }

    /// The name of a property; `object[1]` asks for "1".
    func key(at index: Int32) -> String {
        spl_is_integer(state, index) ? String(spl_get_integer(state, index)) : string(at: index).lossyText
    }

    /// A whole number from 2^63 on; nil for any other value.
    func unsigned(at index: Int32) -> UInt64? {
        var number: UInt64 = 0
        return spl_get_unsigned(machine.vm, state, index, &number) ? number : nil
    }

    func object(at index: Int32) -> (any LuaObject)? {
        machine.object(spl_get_object(machine.vm, state, index))
    }

    /// Calls `body` for each entry of a table, with its key at -2 and its value at -1, until that returns false. The stack is
    /// as it was when this returns or throws. Must follow `spl_walk`, which makes room for it.
    @inline(__always)
    func walkTable(at index: Int32, _ body: () throws -> Bool) rethrows {
        let top = spl_get_top(state)
        let table = index < 0 ? top + index + 1 : index
        defer { spl_pop(state, spl_get_top(state) - top) }
        spl_push_nil(state)
        while spl_next(state, table), try body() { spl_pop(state, 1) }
    }

    /// Whether the key of the entry that is walked is this number.
    @inline(__always)
    func isKey(_ number: Int) -> Bool {
        spl_is_integer(state, -2) && spl_get_integer(state, -2) == Int64(number)
    }

    private func table(at index: Int32, _ traversal: inout Traversal) throws -> LuaTable {
        guard traversal.path.count < machine.limits.depth else {
            throw Problem(text: "nests deeper than \(machine.limits.depth) tables")
        }
        guard let identity = spl_get_identity(state, index), !traversal.path.contains(identity) else {
            throw Problem(text: "contains itself", hint: "a table inside itself has no end and cannot be sent")
        }
        guard spl_walk(state) else { throw Problem(text: "is too large for the stack") }
        try traversal.transfer.add(bytes: Self.tableSize)
        traversal.path.append(identity)
        defer { traversal.path.removeLast() }
        var result = LuaTable(shape: .init(rawValue: spl_get_shape(machine.vm, state, index)) ?? .plain)
        // Lua walks the array part first and in order, so most lists never see the dictionary.
        try walkTable(at: index) {
            try traversal.transfer.add(bytes: Self.entrySize)
            let value = try value(at: -1, &traversal)
            if isKey(result.items.count + 1) {
                result.items.append(value)
            } else {
                result.entries[try self.value(at: -2, &traversal)] = value
            }
            return true
        }
        // Keys of the hash part come in any order: a list that was built backwards is a list all the same.
        while let next = result.entries.removeValue(forKey: .integer(Int64(result.items.count) + 1)) {
            result.items.append(next)
        }
        return result
    }
}
