/// A log of what a script's run has met and what would differ when it is run again from its first line: the seeds it has drawn,
/// and the order in which work has ended. The next run reads it and so repeats the first one.
///
/// Called on the VM's actor: both must be quick.
public protocol LuaReplayLog: Sendable {
    /// What was recorded under this name by a run before, or by this one; nil for nothing.
    func value(_ name: String) -> LuaValue?
    /// Records a number or a text under a name.
    func record(_ value: LuaValue, _ name: String)
}
