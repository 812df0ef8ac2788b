/// A function that scripts can call.
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
    }

    /// The field of its module or the method of its class; messages name it too.
    public var name: String
    let body: Body

    /// A function that returns at once. It runs on the VM's actor, so it must be short, and must not call the VM.
    public static func immediate(
        _ name: String, _ body: @escaping @Sendable (borrowing LuaArguments) throws -> LuaValue
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, body: .immediate(body))
    }

    /// A function that looks blocking to the script while other tasks run.
    ///
    /// - Parameter prepare: Reads and checks the arguments on the VM's actor, before anything is begun, and returns the
    ///   work. The work runs as a task of its own, see ``Work``; it is cancelled with the script's task.
    public static func waiting(
        _ name: String, _ prepare: @escaping @Sendable (borrowing LuaArguments) throws -> Work
    ) -> LuaFunctionDefinition {
        LuaFunctionDefinition(name: name, body: .waiting(prepare))
    }
}

extension LuaFunctionDefinition {
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
}
