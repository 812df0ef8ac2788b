/// How a prediction is created and waited for in one go.
public struct RunOptions: Sendable {
    /// How it is created.
    public var create: CreateOptions
    /// How it is waited for. Its ``WaitOptions/timeout`` is the deadline for the whole run, uploads included.
    public var wait: WaitOptions
    /// Called as soon as there is an id: from then on it is paid for, and can be found again by the id.
    public var onCreated: (@Sendable (Prediction) async -> Void)?
    /// Called instead of that if the client's journal had it already: nothing was sent, and nothing new is paid for.
    public var onReused: (@Sendable (Prediction) async -> Void)?

    /// The published `main` version, no timeout, adaptive polling.
    public init(
        create: CreateOptions = CreateOptions(), wait: WaitOptions = WaitOptions(),
        onCreated: (@Sendable (Prediction) async -> Void)? = nil
    ) {
        self.create = create
        self.wait = wait
        self.onCreated = onCreated
    }
}
