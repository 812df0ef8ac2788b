package import SystemPackage

/// The names of runs that save into the same folders, as the rows of a batch do: no run replaces what another has saved.
package protocol SharedNames: Sendable {
    /// What another run has, or is about to save, under a full path; nil if the name is free for this one.
    ///
    /// - Parameter isGone: Whether no file has the name any more: then it is free once it was saved.
    /// - Throws: What finding out throws.
    func owner(of path: FilePath, isGone: () -> Bool) throws -> String?

    /// Takes a name for this run, in one step with the question whether it is free.
    ///
    /// - Parameters:
    ///   - result: What is saved, for the messages of the others.
    ///   - replaces: Whether it is taken whoever has it.
    /// - Returns: What another run has under it; nil if it is this run's now.
    /// - Throws: As ``owner(of:isGone:)``.
    func take(_ path: FilePath, for result: String, replaces: Bool, isGone: () -> Bool) throws -> String?

    /// What a run on another machine has under a full path; nil if the name is free there, or another machine saves nothing.
    ///
    /// - Throws: What finding out throws; `CancellationError`.
    func ownerElsewhere(of path: FilePath) async throws -> String?

    /// Takes a name that is this run's on this machine against those of others, in one step with the question whether it is free.
    /// What it gives is never given to another run, also if nothing is saved after all.
    ///
    /// - Parameter result: What is saved, for the messages of the others.
    /// - Returns: What another run has under it; nil if it is this run's now, or has been before.
    /// - Throws: As ``ownerElsewhere(of:)``.
    func takeElsewhere(_ path: FilePath, for result: String) async throws -> String?

    /// What was taken has been saved.
    func noteSaved(_ path: FilePath)

    /// What was taken could not be saved.
    func giveBack(_ path: FilePath)

    /// The full paths under which attempts before have saved results of this run.
    ///
    /// - Throws: What finding out throws.
    func earlier() throws -> [FilePath]
}
