import GRDB
import SystemPackage

/// Why a database could not be used, as far as what to do about it depends on that.
package enum DatabaseProblem: Sendable, Hashable {
    /// The disk has no room.
    case full
    /// The file is not a database, not a whole one, or another program's.
    case damaged
    /// A newer version of the program has written it.
    case newer
    /// Another process holds it.
    case held
    /// File or folder may not be written.
    case unwritable
    /// The disk, or its file system, does not do what a database needs.
    case refused
    /// In the system's or SQLite's own words.
    case other(String)

    /// - Parameter error: What ``GroupCommitDatabase`` has thrown.
    package init(_ error: any Error) {
        if error is NewerDatabase || error is ForeignDatabase {
            self = error is NewerDatabase ? .newer : .damaged
            return
        }
        self =
            switch (error as? DatabaseError)?.resultCode {
            case .SQLITE_FULL?: .full
            case .SQLITE_NOTADB?, .SQLITE_CORRUPT?: .damaged
            case .SQLITE_BUSY?, .SQLITE_LOCKED?: .held
            case .SQLITE_READONLY?, .SQLITE_CANTOPEN?, .SQLITE_PERM?: .unwritable
            case .SQLITE_IOERR?: .refused
            default: .other((error as? Errno)?.description ?? "\(error)")
            }
    }
}
