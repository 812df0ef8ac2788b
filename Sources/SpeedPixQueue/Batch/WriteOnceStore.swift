/// Where messages stand that are created once, and never changed.
package protocol WriteOnceStore: Sendable {
    /// Creates a message if its subject has none.
    ///
    /// Of many who create, one succeeds. An answer that was lost does no harm: who creates the same payload again finds it.
    ///
    /// - Returns: What the subject has now: `payload`, or what somebody has created before.
    func create(_ subject: String, _ payload: [UInt8]) async throws -> [UInt8]

    /// - Returns: Nil for a subject without a message.
    func read(_ subject: String) async throws -> WrittenOnce?
}

/// A message that was created once.
package struct WrittenOnce: Sendable, Equatable {
    package var payload: [UInt8]
    /// When the server stored it, by its clock: nanoseconds since 1970.
    package var time: Int64

    package init(payload: [UInt8], time: Int64) {
        self.payload = payload
        self.time = time
    }
}
