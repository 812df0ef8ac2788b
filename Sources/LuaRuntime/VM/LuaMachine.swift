import CLuaBridge

/// One `lua_State` and what Swift knows about it. Not Sendable: it belongs to one ``LuaVM``, on whose actor every
/// method and every callback of Lua runs.
final class LuaMachine {
    let vm: OpaquePointer
    let limits: LuaLimits
    let releases = ReleaseQueue()
    /// What the bridge has addresses of, for as long as the VM lives.
    private var functions: [LuaFunctionEntry] = []
    /// By the names that messages have for them: functions that modules' Lua texts define, which check their arguments
    /// themselves.
    private(set) var sourceFunctions: [String: LuaFunctionEntry] = [:]
    /// Of those that are registered.
    private var classIDs: [ObjectIdentifier: Int32] = [:]
    /// The classes that modules have, each of which is registered when the first object of it is given out.
    private var classes: [ObjectIdentifier: any LuaObject.Type] = [:]
    /// How many the bridge knows: more than ``classIDs`` has if memory ran out in the middle of one.
    private var partialIDs: [ObjectIdentifier: Int32] = [:]
    /// Modules that are declared and not registered.
    private var deferredModules: [String: LuaModule] = [:]
    /// By the names that they are about.
    private(set) var absentNames: [LuaAbsentNames] = []
    private var objects = ObjectTable()
    /// What the call under way has copied from the VM, as an estimate in bytes.
    ///
    /// Not checked for overlapping accesses, which would be a part of each call: each is one addition or assignment.
    @exclusivity(unchecked) var copiedBytes = 0
    /// How deep tasks may nest: as the limits say, but no deeper than a task's 16 bits for its depth can count.
    var taskDepth: Int { min(limits.taskDepth, Int(UInt16.max)) }
    private(set) lazy var scheduler = LuaScheduler(machine: self, seed: seed, replayLog: replayLog)
    private let seed: UInt64
    private let replayLog: (any LuaReplayLog)?

    /// - Throws: ``LuaError`` of kind memory if memory runs out, of kind runtime if a module cannot be registered.
    init(
        limits: LuaLimits, modules: [LuaModule], seed: UInt64 = 0, replayLog: (any LuaReplayLog)? = nil
    ) throws(LuaError) {
        self.limits = limits
        self.seed = seed
        self.replayLog = replayLog
        let host = spl_host(
            context: nil, call: callFunction, take: takeResult, spawn: registerSpawn, release: releaseObject,
            equal: equalObjects, stop: stopRunning, grace: askGrace, failed: noteFailure,
            failed_closing: noteClosingFailure, random: chooseRandom, seed: seedRandom, nearest: findNearestName,
            advise: findAdvice, fill: fillModule)
        guard let vm = spl_create(host, limits.memory, limits.hookInterval) else {
            throw LuaError(.memory, "not enough memory to start Lua")
        }
        self.vm = vm
        spl_set_pattern_steps(vm, limits.patternSteps)
        spl_set_task_depth(vm, Int32(clamping: taskDepth))
        spl_set_context(vm, Unmanaged.passUnretained(self).toOpaque())
        // Nothing of what is made here is garbage.
        spl_set_collecting(vm, false)
        try register(LuaTask.self)
        for module in modules { try register(module) }
        spl_set_collecting(vm, true)
    }

    deinit {
        spl_close(vm)
    }

    // MARK: Registration

    private func check(_ succeeded: Bool) throws(LuaError) {
        guard succeeded else { throw LuaError(failureOf: vm) }
    }

    private func add(_ kind: LuaFunctionEntry.Kind) -> UnsafeMutableRawPointer {
        add(LuaFunctionEntry(kind, name: ""))
    }

    private func add(_ definition: LuaFunctionDefinition, name: String) -> UnsafeMutableRawPointer {
        add(LuaFunctionEntry(definition, name: name))
    }

    /// - Returns: The entry as the bridge knows it.
    private func add(_ entry: LuaFunctionEntry) -> UnsafeMutableRawPointer {
        functions.append(entry)
        return Unmanaged.passUnretained(entry).toOpaque()
    }

    private func register(_ type: any LuaObject.Type) throws(LuaError) {
        let identifier = ObjectIdentifier(type)
        guard classIDs[identifier] == nil else { return }
        let description = type.luaClass
        let id = partialIDs[identifier] ?? Int32(partialIDs.count)
        if partialIDs[identifier] == nil {
            try check(
                spl_register_class(vm, id, description.name, add(.property(type)), add(.describe)))
            partialIDs[identifier] = id
        }
        for method in description.methods where !method.isInSource {
            let name = "\(description.name):\(method.name)"
            try check(
                spl_register_method(
                    vm, id, method.name, add(method, name: name), method.waits,
                    method.name == description.closedBy))
        }
        for property in description.fetched {
            let name = "\(description.name).\(property.name)"
            try check(spl_register_fetched(vm, id, property.name, add(property, name: name)))
        }
        classIDs[identifier] = id
    }

    /// Lua's own, which scripts and the libraries here rely on.
    private static let reservedNames: Set = [
        "_G", "_VERSION", "coroutine", "debug", "math", "string", "table", "utf8", "assert", "error", "getmetatable",
        "ipairs", "load", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable",
        "tonumber", "tostring", "type", "xpcall",
    ]

    func register(_ module: LuaModule) throws(LuaError) {
        guard !Self.reservedNames.contains(module.name) else {
            throw LuaError(.runtime, "a module cannot be named '\(module.name)': that is Lua's own")
        }
        if let global = module.globals.first(where: { !module.hasField($0) }) {
            throw LuaError(.runtime, "the module '\(module.name)' has no field '\(global)' to be a global")
        }
        for type in module.classes { classes[ObjectIdentifier(type)] = type }
        guard module.makeContent == nil else {
            deferredModules[module.name] = module
            return try check(spl_declare(vm, module.name))
        }
        for function in module.functions {
            let name = module.shownName(of: function)
            switch function.body {
            case .spawn(let isHelper):
                try check(spl_register_spawn(vm, module.name, function.name, isHelper))
            case .source:
                guard module.source != nil || !module.sources.isEmpty else {
                    throw LuaError(.runtime, "the module '\(module.name)' has no Lua text to define '\(function.name)'")
                }
                sourceFunctions[name] = LuaFunctionEntry(function, name: name)
            default:
                let entry = add(function, name: name)
                try check(spl_register(vm, module.name, function.name, entry, function.waits))
            }
        }
        for (name, value) in module.values {
            do {
                try LuaWriter(machine: self).put(value)
            } catch {
                throw LuaError(.runtime, "\(module.name).\(name): \(error)")
            }
            try check(spl_register_value(vm, module.name, name))
        }
        for index in module.sources.indices {
            try register(CompiledSources.bytes(of: module, at: index), isCompiled: true, of: module.name)
        }
        if let source = module.source {
            try register(ModuleSourceLoader(source, of: module).text, isCompiled: false, of: module.name)
        }
        if !module.absentNames.advice.isEmpty {
            absentNames.append(module.absentNames)
            for library in module.absentNames.libraries { try check(spl_watch(vm, library)) }
        }
        for global in module.globals { try check(spl_alias(vm, module.name, global, global)) }
        if !module.name.hasPrefix("_") {
            try check(spl_register_missing(vm, module.name, add(.missing(module))))
        }
    }

    private func register(_ source: [UInt8], isCompiled: Bool, of module: String) throws(LuaError) {
        try check(
            source.withUnsafeBytes { bytes in
                spl_register_source(
                    vm, module, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
                    LuaModule.chunkName(module), isCompiled)
            })
    }

    /// Registers the content of a module that was declared.
    func fill(_ name: String) throws(LuaError) {
        guard let module = deferredModules[name] else { return }
        try register(module.complete)
        deferredModules[name] = nil
    }

    /// Registers the content of all of them, for a session, which shows what there is.
    func fillAll() throws(LuaError) {
        for name in deferredModules.keys.sorted() { try check(spl_fill(vm, name)) }
    }

    // MARK: Objects

    /// The number of an object's class; nil if no module has it.
    ///
    /// - Throws: ``LuaError`` if memory runs out.
    func classID(of object: any LuaObject) throws(LuaError) -> Int32? {
        let identifier = ObjectIdentifier(type(of: object))
        if let id = classIDs[identifier] { return id }
        guard let type = classes[identifier] else { return nil }
        try register(type)
        return classIDs[identifier]
    }

    func retain(_ object: any LuaObject) -> UInt64 {
        objects.insert(object)
    }

    func release(_ handle: UInt64) {
        objects.remove(handle)
    }

    func object(_ handle: UInt64) -> (any LuaObject)? {
        objects[handle]
    }

    /// Objects that Lua still refers to; for tests of leaks.
    var objectCount: Int { objects.count }

    /// Frees what Swift no longer refers to.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    func drainReleases() -> Bool {
        let slots = releases.drain()
        for slot in slots { spl_unanchor(vm, slot) }
        return !slots.isEmpty
    }
}

extension LuaModule {
    /// The chunk's name of a module's Lua text. Tracebacks leave it out, since it is in brackets.
    static func chunkName(_ name: String) -> String { "=[\(name)]" }

    /// Whether it has a function or a value of that name.
    fileprivate func hasField(_ name: String) -> Bool {
        values[name] != nil || functions.contains { $0.name == name }
    }

    /// What scripts can write behind its name, apart from what its Lua text adds undescribed.
    var fieldNames: [String] {
        // A function of the module's text may stand in front of one of the host's.
        Set(functions.map(\.name)).union(values.keys).union(fields.map(\.name)).sorted()
    }

    /// What messages call one of its functions.
    func shownName(of function: LuaFunctionDefinition) -> String {
        globals.contains(function.name) ? function.name : "\(name).\(function.name)"
    }
}

extension LuaFunctionDefinition {
    var isInSource: Bool {
        if case .source = body { true } else { false }
    }

    var waits: Bool {
        switch body {
        case .immediate, .direct, .spawn, .source: false
        case .waiting, .scheduled: true
        }
    }
}
