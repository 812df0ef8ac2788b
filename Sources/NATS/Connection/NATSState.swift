/// What becomes of a connection.
package enum NATSState: Sendable, Equatable {
    /// Connected, the first time or again, to the server at this URL, in which there are no credentials.
    case connected(server: String)
    /// Lost; it is taken up again by itself, for ever.
    case disconnected(reason: String?)
    /// The server complained of something that nobody waits for, such as a publication to a subject that it does not allow.
    case problem(NATSError)
    /// Closed by `close()`, or by libnats, which does so when a server refuses the credentials twice. The last state.
    case closed(reason: String?)
}
