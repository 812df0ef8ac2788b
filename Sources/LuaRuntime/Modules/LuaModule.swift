/// A table of functions and values that scripts can read and not change.
public struct LuaModule: Sendable {
    /// The global that holds it.
    public var name: String
    /// What it is for; empty for a module that scripts are not told of.
    public var summary: String
    /// The fields that scripts can call.
    public var functions: [LuaFunctionDefinition]
    /// The other fields by name, copied into each VM when it starts.
    public var values: [String: LuaValue]
    /// What ``values`` are, in the order in which they are told.
    public var fields: [LuaField]
    /// The fields that are also globals of the same name.
    public var globals: [String]
    /// Classes whose objects the functions give out.
    public var classes: [any LuaObject.Type]
    /// Lua texts that each return a table of further functions, which ``functions`` describe with
    /// ``LuaFunctionDefinition/inSource(_:_:)``. Their arguments are the table of the scheduler's primitives, see
    /// ``LuaScheduler/primitives(clock:)``, the table of the module's own ``functions``, and the module's name.
    package var sources: [String] = []
    /// Names that Lua's own module has and this one does not: they read as nil, as scripts that probe for them expect,
    /// where other names are an error.
    package var withheldNames: [String] = []

    /// A module to hand to a VM, which adds it when it starts; `globals` must name fields of it.
    public init(
        name: String,
        summary: String = "",
        functions: [LuaFunctionDefinition] = [],
        values: [String: LuaValue] = [:],
        fields: [LuaField] = [],
        globals: [String] = [],
        classes: [any LuaObject.Type] = []
    ) {
        self.name = name
        self.summary = summary
        self.functions = functions
        self.values = values
        self.fields = fields
        self.globals = globals
        self.classes = classes
    }
}
