import CLuaBridge

/// An access to a global in a chunk.
public struct LuaGlobal: Sendable, Hashable {
    /// As the script has it; U+FFFD for whatever is not UTF-8.
    public var name: String
    /// Counted from 1.
    public var line: Int
    /// Whether it is assigned there, rather than read.
    public var isWrite: Bool

    /// A use of a global, to compare with.
    public init(name: String, line: Int, isWrite: Bool) {
        self.name = name
        self.line = line
        self.isWrite = isWrite
    }
}

extension LuaChunk {
    /// Every use of a global in the chunk, by line, found in its compiled form without running it.
    ///
    /// Locals, parameters and fields are not globals, whatever their names. Neither is a name where the script has set an
    /// `_ENV` of its own: it is a field of that table.
    ///
    /// - Throws: ``LuaError`` of kind syntax if the text does not compile; of kind memory if memory runs out, or the
    ///   system's liblua compiles to another form than Lua 5.4's.
    public func globals() throws(LuaError) -> [LuaGlobal] {
        let list = source.withUnsafeBytes { bytes in
            spl_list_globals(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, "@\(name)")
        }
        guard let list else { throw LuaError(.memory, "not enough memory") }
        defer { spl_free_globals(list) }
        guard spl_globals_status(list) == SPL_OK else {
            let message = spl_globals_failure(list).map { String(cString: $0) }
            throw LuaError(bridgeStatus: spl_globals_status(list), message)
        }
        let globals = (0..<spl_global_count(list)).map { index in
            let global = spl_global_at(list, index)
            let bytes = UnsafeRawBufferPointer(start: global.name, count: global.length)
            return LuaGlobal(
                name: String(decoding: bytes, as: UTF8.self), line: Int(global.line), isWrite: global.is_write)
        }
        // An inner function's code comes before the rest of the outer one's.
        return globals.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(
            \.element)
    }
}
