import CLuaBridge
import Spelling

// Where Lua enters Swift. Nothing here may allocate in Lua, and no error leaves as anything but a code.

func machine(_ context: UnsafeMutableRawPointer?) -> LuaMachine {
    guard let context else { preconditionFailure("the bridge lost its context") }
    return Unmanaged<LuaMachine>.fromOpaque(context).takeUnretainedValue()
}

let callFunction:
    @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeRawPointer?, Int32, UnsafePointer<spl_scalar>?,
        UnsafeMutablePointer<spl_scalar>?
    ) -> Int32 = { context, state, function, count, first, result in
        guard let context, let state, let function, let first, let result else { return Int32(SPL_RAISE) }
        // The machine and its entries live as long as the VM: counting references would be a fifth of a call.
        return Unmanaged<LuaFunctionEntry>.fromOpaque(function)._withUnsafeGuaranteedRef { entry in
            Unmanaged<LuaMachine>.fromOpaque(context)._withUnsafeGuaranteedRef { machine in
                let reader = LuaReader(machine: machine, state: state)
                return machine.call(
                    entry, LuaArguments(reader: reader, count: count, first: first, entry: entry), result)
            }
        }
    }

let takeResult: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UInt64) -> Int32 = { context, _, ticket in
    machine(context).take(ticket)
}

let registerSpawn: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, OpaquePointer?, Int32, Bool) -> UInt64 = {
    context, state, thread, slot, isHelper in
    guard let state, let thread else { return 0 }
    let machine = machine(context)
    return machine.retain(machine.scheduler.adopt(thread, slot: slot, spawnedBy: state, isHelper: isHelper))
}

let releaseObject: @convention(c) (UnsafeMutableRawPointer?, UInt64) -> Void = { context, handle in
    machine(context).release(handle)
}

let equalObjects: @convention(c) (UnsafeMutableRawPointer?, UInt64, UInt64) -> Bool = { context, left, right in
    let machine = machine(context)
    guard let left = machine.object(left), let right = machine.object(right) else { return false }
    return left === right || left.luaEquals(right)
}

let stopRunning: @convention(c) (UnsafeMutableRawPointer?, Int32) -> UInt64 = { context, reason in
    machine(context).scheduler.stopRunning(reason)
}

let askGrace: @convention(c) (UnsafeMutableRawPointer?) -> UInt64 = { context in
    machine(context).scheduler.endOfGrace()
}

let noteFailure: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, Int32) -> Void = { context, state, index in
    guard let state else { return }
    machine(context).scheduler.noteFailure(state, at: index)
}

let noteClosingFailure: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, Int32) -> Void = {
    context, state, index in
    guard let state else { return }
    machine(context).scheduler.noteClosingFailure(state, at: index)
}

let chooseRandom: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    machine(context).scheduler.chooseRandom()
}

let seedRandom: @convention(c) (UnsafeMutableRawPointer?, Bool, UInt64) -> UInt64 = { context, isGiven, given in
    machine(context).scheduler.seed(isGiven ? given : nil)
}

let findNearestName: @convention(c) (UnsafePointer<CChar>?, Int, UnsafePointer<CChar>?, Int) -> Int32 = {
    name, nameLength, names, length in
    func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
    let all = text(names, length)
    let candidates = all.split(separator: "\n")
    guard let nearest = NearestName.suggestion(for: text(name, nameLength), among: candidates.map(String.init)),
        let found = candidates.first(where: { $0 == nearest })
    else { return -1 }
    return Int32(all.utf8.distance(from: all.startIndex, to: found.startIndex))
}

let findAdvice:
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int
    ) -> Bool = { context, path, text, capacity in
        guard let path, let text else { return false }
        let name = String(cString: path)
        guard let advice = machine(context).absentNames.lazy.compactMap({ $0.advice[name] }).first else { return false }
        return advice.utf8CString.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, bytes.count <= capacity else { return false }
            text.update(from: start, count: bytes.count)
            return true
        }
    }

let fillModule: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Bool = { context, name in
    guard let name else { return false }
    return (try? machine(context).fill(String(cString: name))) != nil
}

extension LuaMachine {
    fileprivate func call(
        _ entry: LuaFunctionEntry, _ arguments: borrowing LuaArguments, _ result: UnsafeMutablePointer<spl_scalar>
    ) -> Int32 {
        copiedBytes = 0
        let writer = LuaWriter(machine: self)
        do {
            if let body = entry.immediate {
                try entry.check(arguments)
                let value = try body(arguments)
                if result.initialize(to: value) { return Int32(SPL_RETURN_SCALAR) }
                try writer.put(value)
                return Int32(SPL_RETURN)
            }
            let reader = arguments.reader
            switch entry.kind {
            case .defined(let body):
                try entry.check(arguments)
                return try call(body, with: arguments, to: writer)
            case .missing(let module):
                let name = reader.string(at: 2).lossyText
                guard !module.withheldNames.contains(name) else {
                    spl_note_absent(vm, reader.state, module.name, name)
                    return Int32(SPL_RETURN)
                }
                throw LuaArgumentError(
                    "\(module.name) has no '\(name)'", hint: NearestName.hint(for: name, among: module.fieldNames))
            case .property(let type):
                try writer.put(try property(of: type, reader, withoutWaiting: arguments.count == 3))
            case .describe:
                writer.put(LuaString(reader.object(at: 1)?.luaDescription ?? "released object"))
            }
            return Int32(SPL_RETURN)
        } catch {
            spl_reset_buffer(vm)
            writer.put(error)
            return Int32(SPL_RAISE)
        }
    }

    private func call(
        _ body: LuaFunctionDefinition.Body, with arguments: borrowing LuaArguments, to writer: LuaWriter
    ) throws -> Int32 {
        switch body {
        case .direct(let body):
            try body(arguments, writer)
            return Int32(SPL_RETURN)
        case .immediate, .spawn, .source:
            preconditionFailure("the caller, the bridge and the module's Lua text call these themselves")
        case .waiting(let prepare):
            if let ticket = try scheduler.checkRunning() { return wait(for: ticket) }
            let work = try prepare(arguments)
            let ticket = scheduler.begin(work)
            if copiedBytes >= Self.smallestCounted { scheduler.hold(copiedBytes, for: ticket) }
            return wait(for: ticket)
        case .scheduled(let begin):
            if let ticket = try scheduler.checkRunning() { return wait(for: ticket) }
            let ticket = try begin(arguments, scheduler)
            // What is known already needs no round trip.
            return scheduler.isPending(ticket) ? wait(for: ticket) : take(ticket)
        }
    }

    /// Bytes; fewer are not remembered while work goes on.
    private static let smallestCounted = 64 << 10

    private func wait(for ticket: UInt64) -> Int32 {
        spl_set_ticket(vm, ticket)
        return Int32(SPL_WAIT)
    }

    private func property(
        of type: any LuaObject.Type, _ reader: LuaReader, withoutWaiting: Bool
    ) throws -> LuaValue {
        guard let object = reader.object(at: 1) else { throw LuaArgumentError("the object was released") }
        let name = reader.key(at: 2)
        if withoutWaiting { return object.luaPropertyWithoutWaiting(name) ?? .nil }
        if let value = object.luaProperty(name) { return value }
        // A property that exists and has no value now is nil; one that does not exist is a mistake.
        let description = type.luaClass
        let names = description.properties.map(\.name)
        guard !names.contains(name) else { return .nil }
        throw LuaArgumentError(
            "\(description.nameWithArticle) has no '\(name)'",
            hint: NearestName.hint(for: name, among: names + description.methods.map(\.name)))
    }

    fileprivate func take(_ ticket: UInt64) -> Int32 {
        let writer = LuaWriter(machine: self)
        switch scheduler.take(ticket) {
        case .value(let value):
            do {
                try writer.put(value)
                return Int32(SPL_RETURN)
            } catch {
                spl_reset_buffer(vm)
                writer.put(error)
                return Int32(SPL_RAISE)
            }
        case .failure(let error):
            writer.put(error)
            return Int32(SPL_RAISE)
        case .results(let task):
            spl_set_transfer(vm, task.thread, task.resultCount)
            return Int32(SPL_TRANSFER)
        case .raised(let task):
            spl_set_transfer(vm, task.thread, 1)
            return Int32(SPL_TRANSFER_RAISE)
        }
    }
}

extension UnsafeMutablePointer<spl_scalar> {
    /// - Returns: False for a value with content, which the buffer takes.
    fileprivate func initialize(to value: LuaValue) -> Bool {
        switch value {
        case .nil: pointee = spl_scalar(type: Int32(SPL_TNIL), is_integer: false, integer: 0, number: 0)
        case .boolean(let value):
            pointee = spl_scalar(type: Int32(SPL_TBOOLEAN), is_integer: false, integer: value ? 1 : 0, number: 0)
        case .integer(let value):
            pointee = spl_scalar(type: Int32(SPL_TNUMBER), is_integer: true, integer: value, number: 0)
        case .number(let value):
            pointee = spl_scalar(type: Int32(SPL_TNUMBER), is_integer: false, integer: 0, number: value)
        default: return false
        }
        return true
    }
}
