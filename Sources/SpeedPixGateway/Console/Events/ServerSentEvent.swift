import NIOCore
import SpeedPix

/// Events as a `text/event-stream` has them (HTML standard, "Parsing an event stream").
enum ServerSentEvent {
    static let mediaType = "text/event-stream"
    /// A line that is no event: it shows that the connection stands.
    static let comment = ByteBuffer(string: ":\n\n")

    /// One event.
    ///
    /// - Returns: Nil for data with a number that JSON cannot say.
    static func bytes(_ name: String, _ data: JSONValue) -> ByteBuffer? {
        // JSON escapes line breaks, so that its text is always one line.
        guard let text = try? data.encoded() else { return nil }
        var bytes = ByteBuffer(string: "event: \(name)\ndata: ")
        bytes.writeBytes(text)
        bytes.writeString("\n\n")
        return bytes
    }
}
