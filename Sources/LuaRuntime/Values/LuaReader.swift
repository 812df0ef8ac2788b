import CLuaBridge

/// Copies values from a Lua stack, with calls that can neither allocate in Lua nor raise.
struct LuaReader {
    /// Not counted: a reader lives no longer than a call that the machine makes.
    unowned(unsafe) let machine: LuaMachine
    let state: OpaquePointer

    /// The value at a stack index.
    ///
    /// - Parameter what: Names the value in errors: "argument 2".
    /// - Throws: ``LuaArgumentError`` for a cycle, a table that nests too deep, or a value that cannot leave Lua.
    func value(at index: Int32, _ what: @autoclosure () -> String) throws -> LuaValue {
        var path: [UnsafeRawPointer] = []
        do {
            return try value(at: index, &path)
        } catch let problem as Problem {
            throw LuaArgumentError("\(what()) \(problem.text)", hint: problem.hint)
        }
    }

    private struct Problem: Error {
        var text: String
        var hint: String?
    }

    private func value(at index: Int32, _ path: inout [UnsafeRawPointer]) throws -> LuaValue {
        switch spl_get_type(state, index) {
        case Int32(SPL_TNIL), Int32(SPL_TNONE): return .nil
        case Int32(SPL_TBOOLEAN): return .boolean(spl_get_boolean(state, index))
        case Int32(SPL_TNUMBER):
            return spl_is_integer(state, index)
                ? .integer(spl_get_integer(state, index)) : .number(spl_get_number(state, index))
        case Int32(SPL_TSTRING): return .string(string(at: index))
        case Int32(SPL_TTABLE): return .table(try table(at: index, &path))
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

    private func table(at index: Int32, _ path: inout [UnsafeRawPointer]) throws -> LuaTable {
        guard path.count < machine.limits.depth else {
            throw Problem(text: "nests deeper than \(machine.limits.depth) tables")
        }
        guard let identity = spl_get_identity(state, index), !path.contains(identity) else {
            throw Problem(text: "contains itself", hint: "a table inside itself has no end and cannot be sent")
        }
        guard spl_walk(state) else { throw Problem(text: "is too large for the stack") }
        path.append(identity)
        defer { path.removeLast() }
        let table = index < 0 ? spl_get_top(state) + index + 1 : index
        var result = LuaTable(shape: .init(rawValue: spl_get_shape(machine.vm, state, table)) ?? .plain)
        let top = spl_get_top(state)
        spl_push_nil(state)
        do {
            // Lua walks the array part first and in order, so most lists never see the dictionary.
            while spl_next(state, table) {
                let value = try value(at: -1, &path)
                if spl_is_integer(state, -2), spl_get_integer(state, -2) == Int64(result.items.count) + 1 {
                    result.items.append(value)
                } else {
                    result.entries[try self.value(at: -2, &path)] = value
                }
                spl_pop(state, 1)
            }
        } catch {
            spl_pop(state, spl_get_top(state) - top)
            throw error
        }
        // Keys of the hash part come in any order: a list that was built backwards is a list all the same.
        while let next = result.entries.removeValue(forKey: .integer(Int64(result.items.count) + 1)) {
            result.items.append(next)
        }
        return result
    }
}
