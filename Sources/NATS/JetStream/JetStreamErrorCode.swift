/// Numbers of JetStream's errors (`err_code`, from the server's `errors.json`) that callers tell apart.
package enum JetStreamErrorCode {
    /// Another message stands at the subject already.
    package static let wrongLastSequence = 10071
    package static let streamNotFound = 10059
    package static let consumerNotFound = 10014
    package static let messageNotFound = 10037
    /// A stream of that name has another configuration.
    package static let streamNameInUse = 10058
    /// A subject is in another stream already.
    package static let subjectsOverlap = 10065
    /// A consumer of that name exists, and is another.
    package static let consumerNameExists = 10013
    package static let consumerExists = 10148
    /// The stream refused to store a message: it is full, or a second one came to a subject that may have one. Its message
    /// says which: `isFull`.
    package static let storeFailed = 10077
    /// No space left for JetStream: of the server, the account.
    package static let insufficientResources = 10023
    package static let storageResourcesExceeded = 10047
    package static let memoryResourcesExceeded = 10028
    package static let accountResourcesExceeded = 10002
    package static let noSuitableServers = 10005
    package static let notEnabled = 10076
    package static let notEnabledForAccount = 10039
    package static let clusterNotAvailable = 10008
    package static let clusterNoLeader = 10009

    /// Those that pass by themselves when a cluster has found its leader again.
    package static let transient: Set<Int> = [clusterNotAvailable, clusterNoLeader]
    /// Those that say that there is no space.
    package static let space: Set<Int> = [
        insufficientResources, storageResourcesExceeded, memoryResourcesExceeded, accountResourcesExceeded,
        noSuitableServers,
    ]
}

extension NATSError {
    /// Whether JetStream refused because a stream, the account or the server is full.
    package var isFull: Bool {
        guard case .refused(let number) = code else { return false }
        return JetStreamErrorCode.space.contains(number)
            || number == JetStreamErrorCode.storeFailed && message.contains("maximum")
                && !message.contains("per subject")
    }
}
