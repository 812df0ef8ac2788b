import CLuaBridge

/// Leaves values in the VM's buffer, from which C makes Lua values once no Swift frame is left.
struct LuaWriter {
    /// Not counted: a writer lives no longer than a call that the machine makes.
    unowned(unsafe) let machine: LuaMachine

    /// - Throws: ``LuaArgumentError`` for values that nest too deep, or belong to another VM.
    func put(_ value: LuaValue, depth: Int = 0) throws {
        let vm = machine.vm
        switch value {
        case .nil: spl_put_nil(vm)
        case .null: spl_put_null(vm)
        case .boolean(let value): spl_put_boolean(vm, value)
        case .integer(let value): spl_put_integer(vm, value)
        case .unsigned(let value): spl_put_unsigned(vm, value)
        case .number(let value): spl_put_number(vm, value)
        case .string(let string): put(string)
        case .table(let table): try put(table, depth: depth)
        case .function(let function):
            guard function.belongs(to: machine.releases) else {
                throw LuaArgumentError("a function cannot move to another script")
            }
            spl_put_anchor(vm, function.slot)
        case .object(let object):
            try check(object)
            do {
                guard let classID = try machine.classID(of: object) else {
                    throw LuaArgumentError("scripts know no class \(type(of: object).luaClass.name)")
                }
                spl_put_object(vm, classID, machine.retain(object))
            } catch is LuaError {
                spl_fail_put(vm)
            }
        }
    }

    /// - Throws: ``LuaArgumentError`` for an object that refers to another VM: joined there, a task would be a thread of a
    ///   state that this one knows nothing of.
    private func check(_ object: any LuaObject) throws {
        let belongsToVM =
            switch object {
            case let task as LuaTask: task.belongs(to: machine.releases)
            case let event as LuaEvent: event.belongs(to: machine.releases)
            default: true
            }
        guard belongsToVM else {
            throw LuaArgumentError("\(type(of: object).luaClass.nameWithArticle) cannot move to another script")
        }
    }

    func put(_ string: LuaString) {
        string.bytes.withUnsafeBytes { spl_put_string(machine.vm, $0.baseAddress, $0.count) }
    }

    private func put(_ table: LuaTable, depth: Int) throws {
        guard depth < machine.limits.depth else {
            throw LuaArgumentError("the value nests deeper than \(machine.limits.depth) tables")
        }
        let vm = machine.vm
        spl_put_table(
            vm, Int32(clamping: table.items.count), Int32(clamping: table.entries.count), table.shape.rawValue)
        for (index, item) in table.items.enumerated() {
            try put(item, depth: depth + 1)
            spl_put_item(vm, Int64(index) + 1)
        }
        for (key, value) in table.entries where value != .nil {
            // Keys that Lua would refuse with an error of its own.
            if key == .nil { continue }
            if case .number(let number) = key, number.isNaN { continue }
            try put(key, depth: depth + 1)
            try put(value, depth: depth + 1)
            spl_put_entry(vm)
        }
    }

    /// The table of an error. Never fails: an error about an error would hide the first.
    func put(_ error: any Error) {
        if let error = error as? LuaError, error.kind == .runtime {
            // A callback of the script failed; its own error goes on, untouched.
            do {
                try put(error.value)
                return
            } catch {
                spl_reset_buffer(machine.vm)
            }
        }
        let fields: [String: LuaValue] =
            if let error = error as? any LuaRaisable {
                error.luaFields
            } else if error is CancellationError {
                ["code": LuaErrorCode.canceled.value, "message": "the task was canceled", "retryable": false]
            } else {
                ["code": LuaErrorCode.internal.value, "message": .string("\(error)"), "retryable": false]
            }
        do {
            try put(LuaTable(entries: Dictionary(uniqueKeysWithValues: fields.map { (.string($0), $1) })), depth: 0)
        } catch {
            spl_reset_buffer(machine.vm)
            spl_put_table(machine.vm, 0, 2, 0)
            for (key, value) in [
                ("code", LuaErrorCode.internal.rawValue), ("message", "an error that cannot be shown"),
            ] {
                put(LuaString(key))
                put(LuaString(value))
                spl_put_entry(machine.vm)
            }
        }
        spl_put_error(machine.vm)
    }
}
