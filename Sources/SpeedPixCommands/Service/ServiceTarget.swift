import SpeedPix

/// A service that a command talks to.
struct ServiceTarget: Sendable {
    /// By what a journal knows a service and its account again.
    struct Identity: Sendable {
        let endpoint: String
        /// The application's key. Never the secret.
        let appKey: String
    }

    let configuration: SpeedPixClient.Configuration
    /// Nil if what is made there ends with the process, so that nobody can go on with it.
    var identity: Identity?
}
