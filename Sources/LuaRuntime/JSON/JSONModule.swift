import CLuaBridge

/// What scripts see as `json`.
///
/// Both work on the Lua stack: a document never becomes Swift values on its way.
public enum JSONModule {
    /// The module, to be given to a ``LuaVM``.
    ///
    /// - Parameters:
    ///   - shapes: The host's module, if it has one, whose `null` is the same and whose function `object` declares that a table
    ///     is an object; for texts.
    ///   - text: What stands for an object of the host in a document; nil for one that JSON cannot say.
    public static func module(
        shapes: String? = nil, text: @escaping @Sendable (any LuaObject) -> String? = { _ in nil }
    ) -> LuaModule {
        LuaModule(
            name: "json",
            summary: "JSON as text. Arrays and objects keep what they are, null is `\(shapes ?? "json").null`.",
            functions: [
                LuaFunctionDefinition(
                    name: "decode",
                    describe: {
                        LuaFunctionDescription(
                            """
                            Reads a document. Whole numbers of 64 bits keep their digits (from 2^63 on as `uint64` makes \
                            them); a longer one is an error and not rounded.
                            """, ["text: string"], returns: "any", errors: [LuaErrorCode.invalidJSON.rawValue],
                            example: "local data = json.decode(fs.read(\"data.json\"))")
                    },
                    body: .direct { arguments, writer in
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
                    describe: {
                        LuaFunctionDescription(
                            "Writes a value. A file stands for its URL.", ["value: any"],
                            options: [
                                "indent: integer — spaces for each level, 0 to 16; default 0: all in one line",
                                "sort_keys: boolean — the same value always gives the same text; default false",
                            ], returns: "string")
                    },
                    body: .direct { arguments, writer in
                        let options = try arguments.options()
                        let indent = try options.integer("indent") ?? 0
                        guard (0...16).contains(indent) else {
                            throw LuaArgumentError("indent of json.encode must be 0 to 16, not \(indent)")
                        }
                        var serializer = JSONSerializer(
                            reader: arguments.reader, indent: Int(indent),
                            sortsKeys: try options.boolean("sort_keys") ?? false, shapes: shapes, text: text)
                        try serializer.writeDocument(at: 1)
                    }),
            ],
            values: ["null": .null],
            fields: ["null: lightuserdata — \(shapes.map { "the same as \($0).null" } ?? "what null becomes")"])
    }
}

extension Optional where Wrapped == UnsafeRawPointer {
    fileprivate func withBytes<Result>(
        _ count: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeBufferPointer(start: self?.assumingMemoryBound(to: UInt8.self), count: self == nil ? 0 : count))
    }
}

/// A text that is not JSON.
struct JSONSyntaxError: LuaRaisable {
    var line: Int
    var column: Int
    var problem: String
    var hint: String?

    var luaFields: [String: LuaValue] {
        [
            "code": LuaErrorCode.invalidJSON.value, "message": .string("json.decode: \(line):\(column): \(problem)"),
            "hint": .optional(hint), "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "retryable": false,
        ]
    }
}
