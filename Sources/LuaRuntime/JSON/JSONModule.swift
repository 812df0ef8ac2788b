import CLuaBridge

/// What scripts see as `json`: `decode(text)`, `encode(value, {indent, sort_keys})` and `null`.
///
/// Both work on the Lua stack: a document never becomes Swift values on its way.
public enum JSONModule {
    /// The module, to be given to a ``LuaVM``.
    ///
    /// - Parameter text: What stands for an object of the host in a document; nil for one that JSON cannot say.
    public static func module(text: @escaping @Sendable (any LuaObject) -> String? = { _ in nil }) -> LuaModule {
        LuaModule(
            name: "json",
            functions: [
                LuaFunctionDefinition(
                    name: "decode",
                    body: .direct { arguments, writer in
                        guard spl_get_type(arguments.reader.state, 1) == Int32(SPL_TSTRING) else {
                            throw arguments.mismatch(1, "text", "a string")
                        }
                        var length = 0
                        let start = spl_get_string(arguments.reader.state, 1, &length)
                        try start.map { UnsafeRawPointer($0) }.withBytes(length) { bytes in
                            var parser = JSONParser(
                                bytes: bytes, vm: writer.machine.vm, depthLimit: writer.machine.limits.depth)
                            try parser.parse()
                        }
                    }),
                LuaFunctionDefinition(
                    name: "encode",
                    body: .direct { arguments, writer in
                        let options = try arguments.options(2, ["indent", "sort_keys"])
                        let indent = try options.integer("indent") ?? 0
                        guard (0...16).contains(indent) else {
                            throw LuaArgumentError("indent of json.encode must be 0 to 16, not \(indent)")
                        }
                        var serializer = JSONSerializer(
                            reader: arguments.reader, indent: Int(indent),
                            sortsKeys: try options.boolean("sort_keys") ?? false, text: text)
                        try serializer.writeDocument(at: 1)
                    }),
            ],
            values: ["null": .null])
    }
}

extension Optional where Wrapped == UnsafeRawPointer {
    fileprivate func withBytes<Result>(
        _ count: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeBufferPointer(start: self?.assumingMemoryBound(to: UInt8.self), count: self == nil ? 0 : count))
    }
}

/// A text that is no JSON.
struct JSONSyntaxError: LuaRaisable {
    var line: Int
    var column: Int
    var problem: String
    var hint: String?

    var luaFields: [String: LuaValue] {
        [
            "code": "invalid_json", "message": .string("json.decode: \(line):\(column): \(problem)"),
            "hint": .optional(hint), "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "retryable": false,
        ]
    }
}
