import CLuaBridge

/// Writes a Lua value as JSON, straight from the stack.
struct JSONSerializer: ~Copyable {
    private let state: OpaquePointer
    private let machine: LuaMachine
    private let indent: Int
    /// The host's module whose `object` makes an object of a table, for hints.
    private let shapes: String?
    private let sortsKeys: Bool
    private let text: @Sendable (any LuaObject) -> String?
    private var output = JSONOutput()
    /// The tables that the value lies in.
    private var path: [UnsafeRawPointer] = []
    private var transfer: LuaTransfer

    init(
        reader: LuaReader, indent: Int, sortsKeys: Bool, shapes: String?,
        text: @escaping @Sendable (any LuaObject) -> String?
    ) {
        self.shapes = shapes
        state = reader.state
        machine = reader.machine
        transfer = LuaTransfer(on: reader.machine)
        self.indent = indent
        self.sortsKeys = sortsKeys
        self.text = text
    }

    /// A value that JSON cannot say, and where it is.
    private struct Problem: Error {
        var text: String
        var hint: String?
        var path = ""
    }

    /// Leaves the document in the VM's buffer.
    ///
    /// - Throws: ``LuaArgumentError`` that names the path in the value.
    mutating func writeDocument(at index: Int32) throws {
        do {
            try write(index)
        } catch let excess as LuaTransfer.LimitExceeded {
            throw LuaSizeError(message: "json.encode: the value \(excess.text)", hint: excess.hint)
        } catch let problem as Problem {
            throw LuaArgumentError(
                "json.encode: the value\(problem.path.isEmpty ? "" : " at \(problem.path.drop { $0 == "." })") \(problem.text)",
                hint: problem.hint)
        }
        spl_put_string(machine.vm, output.bytes.baseAddress, output.bytes.count)
    }

    private mutating func write(_ index: Int32) throws {
        // The document itself: what was written since the last value.
        try transfer.add(bytes: output.count - transfer.bytes)
        switch spl_get_type(state, index) {
        case Int32(SPL_TSTRING): try writeString(index)
        case Int32(SPL_TNUMBER):
            if spl_is_integer(state, index) {
                output.append(spl_get_integer(state, index))
            } else {
                let number = spl_get_number(state, index)
                guard number.isFinite else { throw Problem(text: "is \(number), a number that JSON cannot say") }
                // The shortest text that reads back as the same number.
                output.append(number.description)
            }
        case Int32(SPL_TBOOLEAN): output.append(spl_get_boolean(state, index) ? "true" : "false")
        case Int32(SPL_TTABLE): try writeTable(index)
        case Int32(SPL_TNIL), Int32(SPL_TNONE): output.append("null")
        case Int32(SPL_TLIGHTUSERDATA) where spl_is_null(state, index): output.append("null")
        case Int32(SPL_TUSERDATA):
            if let number = unsigned(index) { return output.append(number) }
            guard let object = machine.object(spl_get_object(machine.vm, state, index)) else {
                throw Problem(text: "is a module, which JSON cannot say")
            }
            guard let text = text(object) else {
                throw Problem(text: "is a \(type(of: object).luaClass.name), which JSON cannot say")
            }
            var utf8 = text
            _ = utf8.withUTF8 { writeQuoted($0) }
        case Int32(SPL_TFUNCTION): throw Problem(text: "is a function, which JSON cannot say")
        default: throw Problem(text: "is a coroutine, which JSON cannot say")
        }
    }

    private func unsigned(_ index: Int32) -> UInt64? {
        LuaReader(machine: machine, state: state).unsigned(at: index)
    }

    // MARK: Strings

    private mutating func writeString(_ index: Int32) throws {
        var length = 0
        let start = spl_get_string(state, index, &length).map {
            UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self)
        }
        let bytes = UnsafeBufferPointer(start: start, count: length)
        guard writeQuoted(bytes) else {
            throw Problem(text: "is not UTF-8 text", hint: "JSON holds text only; write bytes to a file instead")
        }
    }

    /// - Returns: Whether the bytes were UTF-8.
    @discardableResult
    private mutating func writeQuoted(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        output.append(UInt8(ascii: "\""))
        var (run, at) = (0, 0)
        var seen: UInt8 = 0
        while at < bytes.count {
            let byte = bytes[at]
            seen |= byte
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                output.append(UnsafeBufferPointer(rebasing: bytes[run..<at]))
                writeEscape(byte)
                run = at + 1
            }
            at += 1
        }
        output.append(UnsafeBufferPointer(rebasing: bytes[run..<at]))
        output.append(UInt8(ascii: "\""))
        return seen < 0x80 || UTF8Text.firstInvalid(bytes) == nil
    }

    private mutating func writeEscape(_ byte: UInt8) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            let digits: StaticString = "0123456789abcdef"
            output.append("u00")
            output.append(digits.utf8Start[Int(byte >> 4)])
            output.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    // MARK: Tables

    private mutating func writeTable(_ index: Int32) throws {
        guard let identity = spl_get_identity(state, index), spl_walk(state) else {
            throw Problem(text: "nests too deep for the stack")
        }
        guard path.count < machine.limits.depth else {
            let isCycle = path.contains(identity)
            throw Problem(
                text: isCycle ? "contains itself" : "nests deeper than \(machine.limits.depth) tables",
                hint: isCycle ? "a table inside itself has no end and cannot be written" : nil)
        }
        path.append(identity)
        let table = index < 0 ? spl_get_top(state) + index + 1 : index
        let length = spl_get_list_length(state, table)
        let shape = LuaTable.Shape(rawValue: spl_get_shape(machine.vm, state, table)) ?? .plain
        // As in inputs: an empty table is an object unless the script has declared it an array.
        if shape == .array || shape == .plain && length > 0 {
            guard length >= 0 else {
                throw Problem(text: "is an array with named values", hint: "an array's keys are 1, 2, 3 …")
            }
            try writeList(table, length)
        } else {
            guard length >= 0 || shape == .object || spl_get_length(state, table) == 0 else {
                throw Problem(
                    text: "is a list with gaps, or with named values beside it",
                    hint: shapes.map { "\($0).object(table) makes an object of it, with the numbers as names" })
            }
            try writeObject(table)
        }
        path.removeLast()
    }

    private mutating func writeList(_ table: Int32, _ length: Int64) throws {
        guard length > 0 else { return output.append("[]") }
        output.append(UInt8(ascii: "["))
        for index in 1...length {
            if index > 1 { output.append(UInt8(ascii: ",")) }
            breakLine(path.count)
            spl_push_element(state, table, index)
            do {
                try write(-1)
            } catch var problem as Problem {
                problem.path = "[\(index)]" + problem.path
                throw problem
            }
            spl_pop(state, 1)
        }
        breakLine(path.count - 1)
        output.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(_ table: Int32) throws {
        output.append(UInt8(ascii: "{"))
        let start = output.count
        var members: [(key: [UInt8], range: Range<Int>)] = []
        var isFirst = true
        spl_push_nil(state)
        while spl_next(state, table) {
            // Members that will be sorted get their commas when their order is known.
            if !isFirst, !sortsKeys { output.append(UInt8(ascii: ",")) }
            isFirst = false
            let memberStart = output.count
            breakLine(path.count)
            let keyIndex = spl_get_top(state) - 1
            try writeKey(keyIndex)
            output.append(UInt8(ascii: ":"))
            if indent > 0 { output.append(UInt8(ascii: " ")) }
            do {
                try write(-1)
            } catch var problem as Problem {
                problem.path = ".\(String(decoding: key(keyIndex), as: UTF8.self))" + problem.path
                throw problem
            }
            spl_pop(state, 1)
            if sortsKeys {
                output.append(UInt8(ascii: ","))
                members.append((key(keyIndex), memberStart..<output.count))
            }
        }
        if sortsKeys, !members.isEmpty {
            members.sort { $0.key.lexicographicallyPrecedes($1.key) }
            output.reorder(from: start, members.map(\.range))
            output.removeLast()
        }
        if !isFirst { breakLine(path.count - 1) }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func writeKey(_ index: Int32) throws {
        switch spl_get_type(state, index) {
        case Int32(SPL_TSTRING): try writeString(index)
        case Int32(SPL_TNUMBER) where spl_is_integer(state, index):
            output.append(UInt8(ascii: "\""))
            output.append(spl_get_integer(state, index))
            output.append(UInt8(ascii: "\""))
        case Int32(SPL_TUSERDATA) where unsigned(index) != nil: output.append("\"\(unsigned(index) ?? 0)\"")
        default: throw Problem(text: "has a key that is not a string", hint: "JSON has only strings as names")
        }
    }

    private func key(_ index: Int32) -> [UInt8] {
        var length = 0
        guard let start = spl_get_string(state, index, &length) else {
            return Array((unsigned(index).map { String($0) } ?? String(spl_get_integer(state, index))).utf8)
        }
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }

    private mutating func breakLine(_ depth: Int) {
        guard indent > 0 else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(repeating: UInt8(ascii: " "), count: depth * indent)
    }
}
