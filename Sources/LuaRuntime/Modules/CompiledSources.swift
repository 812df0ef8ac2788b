import CLuaBridge
import Synchronization

/// The compiled form of this package's own Lua texts, made once in a process: to compile them takes longer than all else that a
/// new VM needs.
enum CompiledSources {
    /// Where a text stands: there are only as many as the package has.
    private struct Place: Hashable {
        let module: String
        let index: Int
    }

    private static let known = Mutex<[Place: (text: String, bytes: [UInt8])]>([:])

    /// The compiled form of one of a module's ``LuaModule/sources``.
    ///
    /// - Throws: ``LuaError`` of kind syntax for a text that does not compile, of kind memory if memory runs out.
    static func bytes(of module: LuaModule, at index: Int) throws(LuaError) -> [UInt8] {
        let text = module.sources[index]
        let place = Place(module: module.name, index: index)
        // Of the same text as before, and not of another module by the same name: mostly the same storage, which is compared
        // at once.
        if let found = known.withLock({ $0[place] }), found.text == text { return found.bytes }
        let bytes = try compile(text, module: module.name)
        known.withLock { $0[place] = (text, bytes) }
        return bytes
    }

    private static func compile(_ text: String, module: String) throws(LuaError) -> [UInt8] {
        var compiled = text.utf8CString.withUnsafeBufferPointer { text in
            spl_compile(text.baseAddress, text.count - 1, LuaModule.chunkName(module))
        }
        defer { spl_free_compiled(&compiled) }
        guard compiled.status == SPL_OK else {
            throw LuaError(bridgeStatus: compiled.status, compiled.failure.map { String(cString: $0) })
        }
        return Array(UnsafeBufferPointer(start: compiled.bytes, count: compiled.size))
    }
}
