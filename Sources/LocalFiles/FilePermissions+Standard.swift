package import SystemPackage

extension FilePermissions {
    /// Reading and writing for all, of which the umask takes away what the user wants.
    package static var readWriteForAll: FilePermissions {
        [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
    }

    /// The same for folders, which are also entered.
    package static var readWriteExecuteForAll: FilePermissions {
        [.ownerReadWriteExecute, .groupReadWriteExecute, .otherReadWriteExecute]
    }
}
