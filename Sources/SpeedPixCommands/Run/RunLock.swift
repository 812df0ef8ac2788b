import Crypto
import LocalFiles
import SpeedPix
import SystemPackage

/// Keeps a script to one process, for schedulers: a run that takes longer than a day must not be joined by the next night's.
enum RunLock {
    /// Locks a script, or the rows of a batch, until the process ends, or the lock is let go.
    ///
    /// - Parameters:
    ///   - script: As the command line names it. The same file is the same script, by whatever name and with whatever parameters.
    ///   - folder: Where the lock's file is kept; it stays there.
    /// - Throws: ``CommandFailure`` with ``ExitStatus/later`` and the number of the process that has it; with
    ///   ``ExitStatus/failure`` if there can be no lock.
    static func take(_ script: String, in folder: JournalFolder, _ context: CommandContext) throws -> ProcessLock {
        let full = context.absolute(script)
        let real = (try? RealPath.resolve(full)) ?? full
        let digest = SHA256.hash(data: Array(real.utf8)).hexadecimal
        let locks = FilePath(folder.path).appending("locks")
        do {
            try Folder.makePrivate(locks)
        } catch {
            throw CommandFailure.writing(locks.string, error)
        }
        do {
            return try ProcessLock(path: locks.appending("\(digest).lock").string)
        } catch .held(let holder) {
            let number = holder.map { ", as process \($0)" } ?? ""
            throw CommandFailure(
                .later, "\(script) runs already\(number)".printable(), hint: "wait for it to end, or leave --lock out")
        } catch .refused(let reason) {
            throw CommandFailure(
                .failure, "the lock in \(locks.string) cannot be had: \(reason)".printable(),
                hint: "name a folder on a local disk with --state")
        }
    }
}
