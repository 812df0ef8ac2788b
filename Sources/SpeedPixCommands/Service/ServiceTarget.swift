import SpeedPix
import SpeedPixGateway

/// A service that a command talks to.
struct ServiceTarget: Sendable {
    /// What identifies a service and its account in a journal.
    struct Identity: Sendable {
        let endpoint: String
        /// The application's key. Never the secret.
        let appKey: String
    }

    let configuration: SpeedPixClient.Configuration
    /// Every setting; none where a flag asks for the gateway inside this process, and where nothing is sent.
    let settings: ResolvedSettings
    /// Nil if what is made there ends with the process, so that no later run can go on with it.
    let identity: Identity?
    /// What becomes of its predictions: temporary also if the folder that would keep them cannot be used. Nil for a service
    /// outside this process.
    let localMode: LocalMode?
    /// What the gateway inside this process refuses; nil for a service.
    let createCheck: CreateCheck?

    init(
        _ configuration: SpeedPixClient.Configuration, settings: ResolvedSettings = .none, identity: Identity? = nil,
        localMode: LocalMode? = nil, createCheck: CreateCheck? = nil
    ) {
        self.configuration = configuration
        self.settings = settings
        self.identity = identity
        self.localMode = localMode
        self.createCheck = createCheck
    }
}
