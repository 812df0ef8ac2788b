import NATS

/// A row that a worker was handed, until it has a result, or somebody else has it.
package final class HandedRow: Sendable {
    package let message: RowMessage
    package let token: RowToken
    /// How often it was handed out, to any worker.
    package let deliveries: Int
    /// Rows of the batch that were not handed out yet.
    package let pending: Int
    /// What was paid for it.
    package let log: RowLog
    let pulled: PulledMessage

    init(_ message: RowMessage, _ token: RowToken, _ pulled: PulledMessage, log: RowLog) {
        self.message = message
        self.token = token
        self.log = log
        self.pulled = pulled
        (deliveries, pending) = (pulled.deliveries, pulled.pending)
    }

    /// Whether another worker has taken it since this one has.
    var isLost: Bool { log.take != nil && !log.isHeld }
}
