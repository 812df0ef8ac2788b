/// What a script may use up.
public struct LuaLimits: Sendable {
    /// Bytes of Lua values, without what Swift holds for them. Default 512 MiB: a catalogue of a million rows fits.
    public var memory: Int = 512 << 20
    /// How deep a table may nest when it crosses to Swift or back. Default 150: JSON that people write stays below 20.
    public var depth: Int = 150
    /// VM instructions between two looks at the interrupt flag. Default 1,000: well under a millisecond.
    public var hookInterval: Int32 = 1000

    /// The defaults, each given at its property.
    public init() {}
}
