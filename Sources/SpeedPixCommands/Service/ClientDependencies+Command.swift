import SpeedPix

extension ClientDependencies {
    /// A client's, as a command has them.
    ///
    /// - Parameters:
    ///   - transport: Carries the calls; the network if nil.
    ///   - journal: Where creates are written down.
    ///   - onRetry: Receives each call that is made once more.
    init(
        _ context: CommandContext, transport: (any HTTPTransport)? = nil,
        journal: any PredictionJournal = MemoryJournal(), onRetry: (@Sendable (ClientOperation) -> Void)? = nil
    ) {
        self.init(transport: transport, clock: context.clock, now: context.now)
        self.journal = journal
        self.onRetry = onRetry
    }
}
