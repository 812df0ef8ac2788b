/// A function that scripts can call: its name, what there is to know about it, and what it does.
public struct LuaFunctionDefinition: Sendable {
    /// Work that a waiting call does.
    ///
    /// It begins on the VM's actor, so that what is known soon costs no change of threads, and async functions that it
    /// awaits run where they belong. What computes for long belongs into such a function.
    public typealias Work = nonisolated(nonsending) @Sendable (LuaContext) async throws -> LuaValue

    enum Body: Sendable {
        case immediate(@Sendable (borrowing LuaArguments) throws -> LuaValue)
        /// Leaves its one result in the buffer itself, without a ``LuaValue`` in between.
        case direct(@Sendable (borrowing LuaArguments, LuaWriter) throws -> Void)
        case waiting(@Sendable (borrowing LuaArguments) throws -> Work)
        /// The bridge's own: a new thread from a function and its arguments.
        case spawn(isHelper: Bool)
        case scheduled(@Sendable (borrowing LuaArguments, LuaScheduler) throws -> UInt64)
        /// ``LuaModule/source``, or one of the module's ``LuaModule/sources``, defines it.
        case source
    }

    /// The field of its module or the method of its class; messages name it too.
    public var name: String
    /// Makes the description. Most functions of a VM are never called: what it takes to describe them is done on demand.
    let describe: (@Sendable () -> LuaFunctionDescription)?
    let body: Body

    /// What it takes, gives and raises; nil for a function that is not documented for scripts, and whose calls are not checked.
    public var description: LuaFunctionDescription? { describe?() }

    init(name: String, describe: (@Sendable () -> LuaFunctionDescription)? = nil, body: Body) {
        self.name = name
        self.describe = describe
        self.body = body
    }

    /// A function that returns at once. It runs on the VM's actor, so it must be short, and must not call the VM.
    ///
    /// - Parameters:
    ///   - description: What it takes: by the time the body runs, the arguments are of these types.
    ///   - body: What it throws becomes an error of the script, see ``LuaRaisable``.
    public static func immediate(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> LuaFunctionDescription,
        _ body: @escaping @Sendable (borrowing LuaArguments) throws -> LuaValue
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, describe: description, body: .immediate(body))
    }

    /// The same without a description: nothing is checked before the body runs.
    public static func immediate(
        _ name: String, _ body: @escaping @Sendable (borrowing LuaArguments) throws -> LuaValue
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, body: .immediate(body))
    }

    /// A function that looks blocking to the script while other tasks run.
    ///
    /// - Parameters:
    ///   - description: What it takes: by the time `prepare` runs, the arguments are of these types.
    ///   - prepare: Reads and checks the arguments on the VM's actor, before anything is begun, and returns the work. The
    ///     work runs as a task of its own, see ``Work``; it is cancelled with the script's task.
    public static func waiting(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> LuaFunctionDescription,
        _ prepare: @escaping @Sendable (borrowing LuaArguments) throws -> Work
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, describe: description, body: .waiting(prepare))
    }

    /// The same without a description: nothing is checked before `prepare` runs.
    public static func waiting(
        _ name: String, _ prepare: @escaping @Sendable (borrowing LuaArguments) throws -> Work
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, body: .waiting(prepare))
    }
}

extension LuaFunctionDefinition {
    /// A function that the module's Lua text defines, see ``LuaModule/source``.
    ///
    /// - Parameter description: What it takes: calls are checked by it before the text's function runs. (Texts of this package's
    ///   own, in ``LuaModule/sources``, check them with `host.check(name, …)`.)
    public static func inSource(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> LuaFunctionDescription
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, describe: description, body: .source)
    }

    /// The same for a Lua text of the host's own, without its documentation for scripts.
    package var undescribed: LuaFunctionDefinition { LuaFunctionDefinition(name: name, body: body) }

    /// What scripts call.
    static let spawn = LuaFunctionDefinition(name: "spawn", body: .spawn(isHelper: false))
    /// The same for the library's own work: such a task stands where its caller does, see ``TaskPosition``.
    static let spawnHelper = LuaFunctionDefinition(name: "spawn_helper", body: .spawn(isHelper: true))

    /// A function of the scheduler itself: returns the ticket to wait for, which may be due already.
    static func scheduled(
        _ name: String, _ begin: @escaping @Sendable (borrowing LuaArguments, LuaScheduler) throws -> UInt64
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, body: .scheduled(begin))
    }

    /// The same for scripts.
    static func scheduled(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> LuaFunctionDescription,
        _ begin: @escaping @Sendable (borrowing LuaArguments, LuaScheduler) throws -> UInt64
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, describe: description, body: .scheduled(begin))
    }
}
