/// A Swift object that scripts can hold, ask for properties and call methods on.
///
/// A script sees a userdata with a locked metatable. The object lives as long as Lua or Swift refers to it.
public protocol LuaObject: AnyObject, Sendable {
    /// What scripts can do with objects of this type.
    static var luaClass: LuaClass { get }
    /// What `tostring` gives.
    var luaDescription: String { get }
    /// The value of a property; nil if there is none of that name.
    func luaProperty(_ name: String) -> LuaValue?
    /// What there is of a property that ``LuaClass/fetched`` names, where Lua cannot wait, as in a comparator of `table.sort`; nil
    /// if nothing.
    func luaPropertyWithoutWaiting(_ name: String) -> LuaValue?
    /// Whether two different objects stand for the same thing.
    func luaEquals(_ other: any LuaObject) -> Bool
}

extension LuaObject {
    /// Nil, for classes whose properties are known at once.
    public func luaPropertyWithoutWaiting(_ name: String) -> LuaValue? { nil }

    /// By identity, for classes whose objects stand for nothing but themselves.
    public func luaEquals(_ other: any LuaObject) -> Bool {
        self === other
    }
}

/// The members of a class of objects, the same for every VM.
public struct LuaClass: Sendable {
    /// As messages name it: "output file".
    public var name: String
    /// As types in descriptions name it: `OutputFile`, made of ``name``.
    public var typeName: String {
        name.split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
    /// What its objects are; empty for a class that is not documented for scripts.
    public var summary: String
    /// Called with the object as first argument.
    public var methods: [LuaFunctionDefinition]
    /// What ``LuaObject/luaProperty(_:)`` knows.
    public var properties: [LuaField]
    /// Those of them that may have to be waited for: called with the object where ``LuaObject/luaProperty(_:)`` gives nil.
    public var fetched: [LuaFunctionDefinition]
    /// The method that a `<close>` variable calls at its end; nil if objects of this class cannot be closed.
    public var closedBy: String?

    /// A class that scripts can use but not construct; modules list those whose objects they give out.
    ///
    /// - Parameters:
    ///   - fetched: Waiting functions, by names of `properties`.
    ///   - closedBy: One of `methods`, with no arguments but the object; it may be called twice.
    public init(
        name: String, summary: String = "", properties: [LuaField] = [], fetched: [LuaFunctionDefinition] = [],
        methods: [LuaFunctionDefinition] = [], closedBy: String? = nil
    ) {
        self.fetched = fetched
        self.closedBy = closedBy
        self.name = name
        self.summary = summary
        self.properties = properties
        self.methods = methods
    }

    /// "a prediction", "an output file".
    var nameWithArticle: String { Self.withArticle(name) }

    /// "an output file" for `OutputFile`.
    static func nameWithArticle(ofType typeName: String) -> String {
        var words = ""
        for character in typeName {
            if character.isUppercase, !words.isEmpty { words += " " }
            words += character.lowercased()
        }
        return withArticle(words)
    }

    private static func withArticle(_ name: String) -> String {
        (name.first.map { "aeiou".contains($0) } == true ? "an " : "a ") + name
    }
}
