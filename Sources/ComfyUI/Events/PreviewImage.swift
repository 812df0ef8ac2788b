package import NIOCore

/// A picture of how far a node is.
package struct PreviewImage: Sendable, Hashable {
    /// Which prompt it belongs to; nil for frames without metadata (type 1), which do not say it.
    package let promptID: String?
    /// The node, as the prompt has it; nil if the server does not say it.
    package let nodeID: String?
    /// What the bytes are: `image/jpeg`, `image/png` or `image/webp`.
    package let mediaType: String
    package let bytes: ByteBuffer

    /// - Returns: Nil if the bytes are no picture that a browser shows.
    init?(promptID: String?, nodeID: String?, bytes: ByteBuffer) {
        guard let type = Self.mediaType(of: bytes) else { return nil }
        self.promptID = promptID
        self.nodeID = nodeID
        self.bytes = bytes
        mediaType = type
    }

    /// By the first bytes; what a server says of its own pictures is not relied on.
    private static func mediaType(of bytes: ByteBuffer) -> String? {
        let view = bytes.readableBytesView
        if view.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if view.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if view.starts(with: Array("RIFF".utf8)), view.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            return "image/webp"
        }
        return nil
    }
}
