import CLuaBridge

extension LuaChunk {
    /// What is wrong with a source that is not UTF-8 text, of kind syntax, with the place of the first mistake and what helps.
    /// Nil for UTF-8.
    ///
    /// Lua itself takes any bytes in strings and comments. A script in another encoding would send and print texts that
    /// nobody can read.
    public var encodingError: LuaError? {
        let encoding = source.withUnsafeBytes { bytes in
            spl_check_encoding(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard let problem = encoding.problem else { return nil }
        return LuaError(.syntax, "\(name):\(encoding.line):\(encoding.column): \(String(cString: problem))")
    }
}
