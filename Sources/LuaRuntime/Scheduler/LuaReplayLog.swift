/// A log of what differs from run to run of one script: the seeds it has drawn, and the order in which work has ended. A run
/// from the first line that reads the log of an earlier run repeats that run.
///
/// Called on the VM's actor: both must be quick.
public protocol LuaReplayLog: Sendable {
    /// What was recorded under this name by a run before, or by this one; nil for nothing.
    func value(_ name: String) -> LuaValue?
    /// Records a number or a text under a name.
    func record(_ value: LuaValue, _ name: String)
}
