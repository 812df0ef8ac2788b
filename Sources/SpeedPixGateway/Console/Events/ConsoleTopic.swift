import NIOCore

/// What a page asks for anew when it is told that it is another now.
enum ConsoleTopic: String, Sendable, CaseIterable {
    case workflows
    case servers

    /// As pages are told.
    var event: ByteBuffer { ByteBuffer(string: "event: \(rawValue)\ndata: {}\n\n") }
}
