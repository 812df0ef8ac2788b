import SpeedPix

extension ClientDependencies {
    /// A client's, as a command has them.
    ///
    /// - Parameters:
    ///   - transport: Carries the calls; the network if nil.
    ///   - journal: Where creates are written down; nil for memory.
    ///   - onRetry: Receives each call that is made once more.
    init(
        _ context: CommandContext, transport: (any HTTPTransport)? = nil,
        journal: (any PredictionJournal)? = nil, onRetry: (@Sendable (ClientOperation) -> Void)? = nil
    ) {
        self.init(transport: transport, clock: context.clock, now: context.now)
        if let journal { self.journal = journal }
        self.onRetry = onRetry
    }
}
