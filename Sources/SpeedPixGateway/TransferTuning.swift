import NIOCore

/// Larger steps than NIO takes by itself, which suit small messages: a file goes through with fewer system calls and
/// fewer hops between threads.
final class TransferTuning: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    /// What one read from the network may bring. NIO keeps some ten of them for a reader that is slower than the line.
    static let largestRead = 256 << 10
    /// What may wait to be sent before a download pauses: the next piece is read while one is on its way.
    static let largestBacklog = 512 << 10

    func handlerAdded(context: ChannelHandlerContext) {
        // A transport that has no such options works with its own.
        let options = context.channel.syncOptions
        try? options?.setOption(
            .recvAllocator,
            value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 16 << 10, maximum: Self.largestRead))
        try? options?.setOption(
            .writeBufferWaterMark, value: .init(low: Self.largestBacklog / 2, high: Self.largestBacklog))
    }
}
