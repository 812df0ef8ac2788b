/// What a function takes, gives and raises.
///
/// The runtime checks calls by it; help, completion, the editor's stubs and the reference page are made of it.
public struct LuaFunctionDescription: Sendable {
    /// What it does.
    public var summary: String
    /// In order, without the options.
    public var parameters: [LuaField]
    /// What the options table, always the last argument, may hold. Empty for a function that takes none.
    public var options: [LuaField]
    /// Those of ``options`` that may also be given in this order instead of the table.
    public var inOrder: [String]
    /// In LuaLS' notation; empty for nothing.
    public var returns: String
    /// Codes of the errors it raises, besides `invalid_argument` and `canceled`, which any function may.
    public var errors: [String]
    /// Lines of a script; empty for none.
    public var example: String

    /// A description; whatever is left out there is none of.
    public init(
        _ summary: String, _ parameters: [LuaField] = [], options: [LuaField] = [], inOrder: [String] = [],
        returns: String = "", errors: [String] = [], example: String = ""
    ) {
        self.summary = summary
        self.parameters = parameters
        self.options = options
        self.inOrder = inOrder
        self.returns = returns
        self.errors = errors
        self.example = example
    }
}
