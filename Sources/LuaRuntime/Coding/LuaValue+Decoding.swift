extension LuaValue {
    /// Makes a Swift value of this one.
    ///
    /// A table with named fields becomes a struct or a dictionary, and a list an array. Nil and JSON's null become an optional
    /// without a value. Integers from −2^63 to 2^64 − 1 are decoded exactly. A float is decoded as an integer if it is whole and
    /// at most 2^53: beyond that, two integers may have the same float. A string becomes a `String` if it is UTF-8, and a
    /// `[UInt8]` or ``LuaString`` in any case. A property of the type ``LuaValue`` or ``LuaTable`` takes what there is, functions and objects included. An empty table is a list or a
    /// table of named fields, whichever is asked for, unless the script declared it, see ``LuaTable/Shape``.
    ///
    /// - Throws: `DecodingError` with the coding path, and a text that names the path as Lua does: `users[2].age must be an
    ///   integer, not "x"`.
    public func decoded<Result: Decodable>(as type: Result.Type) throws -> Result {
        try LuaDecoder.decode(type, from: self, at: nil)
    }
}

extension LuaVM {
    /// Runs a chunk as ``run(_:arguments:timeout:clock:)`` does, and decodes its first result, off the VM's actor.
    ///
    /// - Parameter type: What the result must be; further results are ignored, and of a chunk that returns nothing the result
    ///   is nil. See ``LuaValue/decoded(as:)``.
    /// - Throws: ``LuaError`` and `CancellationError` as ``run(_:arguments:timeout:clock:)``; `DecodingError` if the result is
    ///   not of the type.
    public nonisolated func run<Result: Decodable & Sendable>(
        _ chunk: LuaChunk, arguments: [LuaValue] = [], as type: Result.Type, timeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> Result {
        let results = try await run(chunk, arguments: arguments, timeout: timeout, clock: clock)
        return try (results.first ?? .nil).decoded(as: type)
    }

    /// Calls a function of the script as ``call(_:_:parent:timeout:clock:)`` does, and decodes its first result.
    ///
    /// - Parameter type: What the result must be, see ``LuaValue/decoded(as:)``.
    /// - Throws: ``LuaError`` and `CancellationError` as ``call(_:_:parent:timeout:clock:)``; `DecodingError` if the result is
    ///   not of the type.
    public nonisolated func call<Result: Decodable & Sendable>(
        _ function: LuaFunction, _ arguments: [LuaValue], as type: Result.Type, parent: LuaTask? = nil,
        timeout: Duration? = nil, clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> Result {
        let results = try await call(function, arguments, parent: parent, timeout: timeout, clock: clock)
        return try (results.first ?? .nil).decoded(as: type)
    }
}

extension LuaValue: Codable {
    /// Takes the value itself, from the decoder of ``decoded(as:)`` alone.
    ///
    /// - Throws: `DecodingError` for any other decoder.
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? LuaDecoder else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath, debugDescription: "a LuaValue can only be decoded from a LuaValue"))
        }
        self = decoder.value
    }

    /// Gives the value itself, to the encoder of ``init(encoding:)`` alone.
    ///
    /// - Throws: `EncodingError` for any other encoder.
    public func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? LuaEncoder else {
            throw EncodingError.invalidValue(
                self,
                .init(
                    codingPath: encoder.codingPath, debugDescription: "a LuaValue can only be encoded as a LuaValue"))
        }
        encoder.content = .value(self)
    }
}

extension LuaTable: Codable {
    /// Takes the table itself, from the decoder of ``LuaValue/decoded(as:)`` alone.
    ///
    /// - Throws: `DecodingError` for any other decoder, and for what is not a table.
    public init(from decoder: any Decoder) throws {
        let value = try LuaValue(from: decoder)
        guard case .table(let table) = value else {
            throw LuaDecoder.mismatch(LuaTable.self, "a table", value, decoder.codingPath)
        }
        self = table
    }

    /// Gives the table itself, to the encoder of ``LuaValue/init(encoding:)`` alone.
    ///
    /// - Throws: `EncodingError` for any other encoder.
    public func encode(to encoder: any Encoder) throws { try LuaValue.table(self).encode(to: encoder) }
}

extension LuaString: Codable {
    /// Takes the bytes as they are, from the decoder of ``LuaValue/decoded(as:)`` alone.
    ///
    /// - Throws: `DecodingError` for any other decoder, and for what is not a string.
    public init(from decoder: any Decoder) throws {
        let value = try LuaValue(from: decoder)
        guard case .string(let string) = value else {
            throw LuaDecoder.mismatch(LuaString.self, "a string", value, decoder.codingPath)
        }
        self = string
    }

    /// Gives the bytes as they are, to the encoder of ``LuaValue/init(encoding:)`` alone.
    ///
    /// - Throws: `EncodingError` for any other encoder.
    public func encode(to encoder: any Encoder) throws { try LuaValue.string(self).encode(to: encoder) }
}
