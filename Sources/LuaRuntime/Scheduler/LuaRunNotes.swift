/// What a script's run writes down of what it has come upon, for when it is run again from its first line: the seeds it has drawn,
/// and the order in which work has ended.
///
/// Called on the VM's actor: both must be quick.
public protocol LuaRunNotes: Sendable {
    /// What was written down under this name by a run before, or by this one.
    func value(_ name: String) -> LuaValue?
    /// Writes down a number or a text.
    func note(_ value: LuaValue, _ name: String)
}
