/// What a script may use up. There is no limit to its time unless ``LuaVM/run(_:arguments:timeout:clock:)`` is given one; that it
/// can be interrupted at any instruction needs no setting.
public struct LuaLimits: Sendable {
    /// Bytes of Lua values, and of the copies that Swift holds while a call that was given them goes on. Default 512 MiB: a
    /// catalogue of a million rows fits.
    public var memory: Int = 512 << 20
    /// Values that one call may take out of the VM; what is shared counts as often as it is reached, since it is copied as
    /// often. Default 20,000,000: a catalogue of a million rows of ten columns fits, if ``memory`` is enough for the copy.
    public var transferValues: Int = 20_000_000
    /// How deep a table may nest when it crosses to Swift or back. Default 150: JSON that people write stays below 20.
    public var depth: Int = 150
    /// How many tasks may have spawned one another, the last one included. Default 10,000, at most 65,535: work that is
    /// divided again and again stays below 30.
    public var taskDepth: Int = 10_000
    /// Steps that one call of `string.find`, `match` or `gsub`, or one turn of `gmatch`, may take before it is an error;
    /// 0 for no bound. Default 1,000,000,000, some seconds: a pattern that needs more would hardly ever end.
    public var patternSteps: UInt64 = 1_000_000_000
    /// How long `<close>` variables of a task that is stopped may take, those of all tasks that are stopped with it
    /// together: they may wait, such as for `job:cancel()`. After that they run on without waiting, for a hundred times
    /// ``hookInterval`` instructions. Default 5 seconds: some calls of a service, and not too long after Ctrl-C.
    public var closing: Duration = .seconds(5)
    /// VM instructions between two looks at whether the `<close>` variables of a stopped task take too long. Default
    /// 1,000: some microseconds.
    public var hookInterval: Int32 = 1000

    /// The defaults, each given at its property.
    public init() {}
}
