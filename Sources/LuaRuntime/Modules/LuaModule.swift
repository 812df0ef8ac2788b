/// A table of functions and values that scripts can read and not change.
public struct LuaModule: Sendable {
    /// The global that holds it. One that begins with an underscore is held by none: such a module gives scripts only its
    /// ``globals``.
    public var name: String
    /// What it is for; empty for a module that is not documented for scripts.
    public var summary: String
    /// The fields that scripts can call.
    public var functions: [LuaFunctionDefinition]
    /// The other fields by name, copied into each VM when it starts.
    public var values: [String: LuaValue]
    /// What ``values`` are, in the order in which they are documented.
    public var fields: [LuaField]
    /// The fields that are also globals of the same name.
    public var globals: [String]
    /// Classes whose objects the functions give out.
    public var classes: [any LuaObject.Type]
    /// A Lua text that returns a table of further fields, for what is easier said in Lua than in Swift; nil for none.
    ///
    /// It is run once in each VM, when that starts, and must not wait. Its arguments are the table of the module's own
    /// ``functions`` and ``values``, and the module's name:
    ///
    /// ```lua
    /// local host, name = ...
    /// local shapes = {}
    /// function shapes.area(width, height) return host.multiply(width, height) end
    /// return shapes
    /// ```
    ///
    /// The functions that it returns may wait, call what waits, and take functions of the script. One that ``functions``
    /// describe with ``LuaFunctionDefinition/inSource(_:_:)`` is checked by its description before it runs, and stands in front
    /// of one of the host's with the same name. Scripts find every field that it returns, described or not.
    ///
    /// Messages and tracebacks name the text by the chunk's name. A text that does not compile, fails, returns no table or
    /// lacks a described function is a ``LuaError`` of ``LuaVM/init(limits:modules:clock:seed:replayLog:)``.
    public var source: LuaChunk?
    /// Lua texts of this package's own, which get more: the table of the scheduler's primitives, see
    /// ``LuaScheduler/primitives(clock:)``, the table of the module's own ``functions``, and the module's name. They check
    /// arguments themselves, and messages do not name them.
    package var sources: [String] = []
    /// What to use instead of names that scripts may expect and that are not there: globals, and `module.field`, also of Lua's
    /// own modules. They are nil; an error about that nil has this text behind it. A module of the host withholds the field as
    /// well, see ``withheldNames``, and is registered before the module that has this.
    package var absentNames = LuaAbsentNames([:])
    /// Makes the module's content when a script first reads one of its fields; nil for one that is registered when its VM
    /// starts. See ``deferred(_:classes:_:)``.
    var makeContent: (@Sendable () -> LuaModule)?
    /// Names that Lua's own module has and this one does not: they read as nil, as scripts that probe for them expect,
    /// where other names are an error.
    package var withheldNames: [String] = []

    /// A module to hand to a VM, which adds it when it starts; `globals` must name fields of it.
    ///
    /// - Parameter source: Lua text for ``source``, which messages name like the module. Set ``source`` for another name, such
    ///   as a file's path.
    public init(
        name: String,
        summary: String = "",
        functions: [LuaFunctionDefinition] = [],
        values: [String: LuaValue] = [:],
        fields: [LuaField] = [],
        globals: [String] = [],
        classes: [any LuaObject.Type] = [],
        source: String? = nil
    ) {
        self.name = name
        self.summary = summary
        self.functions = functions
        self.values = values
        self.fields = fields
        self.globals = globals
        self.classes = classes
        self.source = source.map { LuaChunk($0, name: name) }
    }

    /// A module that is made and registered when a script first reads one of its fields, or asks for all: most scripts use a few
    /// modules, and to register one takes longer than to make an empty VM.
    ///
    /// - Parameters:
    ///   - name: The name of the module that `make` gives, which has no ``globals`` and is no Lua library's.
    ///   - classes: The classes that it gives: other modules may give out their objects.
    package static func deferred(
        _ name: String, classes: [any LuaObject.Type] = [], _ make: @escaping @Sendable () -> LuaModule
    ) -> LuaModule {
        var module = LuaModule(name: name, classes: classes)
        module.makeContent = make
        return module
    }

    /// The module with its content.
    package var complete: LuaModule { makeContent?() ?? self }
}
