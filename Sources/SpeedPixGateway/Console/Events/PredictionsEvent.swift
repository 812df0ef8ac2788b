import NIOCore

/// How some predictions stand, encoded once for all pages.
struct PredictionsEvent: Sendable {
    /// The predictions that it tells of.
    let ids: [String]
    let bytes: ByteBuffer
}
