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
    let identity: Identity?
    /// What really becomes of its predictions: temporary also where the folder for them could not be had. Nil for a service
    /// outside of this process.
    let localMode: LocalMode?

    init(_ configuration: SpeedPixClient.Configuration, identity: Identity? = nil, localMode: LocalMode? = nil) {
        self.configuration = configuration
        self.identity = identity
        self.localMode = localMode
    }
}
