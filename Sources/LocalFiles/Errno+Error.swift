package import SystemPackage

extension Errno {
    /// What a call of System threw: always an `Errno`, though its functions do not declare it.
    package init(from error: any Error) {
        self = error as? Errno ?? .ioError
    }
}
