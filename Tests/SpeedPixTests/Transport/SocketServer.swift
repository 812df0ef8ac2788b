import NIOCore
import NIOPosix
import Synchronization

/// A server on a free port of this machine whose connections do what a test says.
final class SocketServer: Sendable {
    /// What is to become of a connection.
    typealias Connection = @Sendable (any Channel) throws -> Void

    private let channel: any Channel
    private let accepted: Accepted

    private final class Accepted: Sendable {
        let count = Mutex(0)
    }

    private init(_ channel: any Channel, _ accepted: Accepted) {
        self.channel = channel
        self.accepted = accepted
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    /// How many connections were made.
    var connectionCount: Int { accepted.count.withLock { $0 } }

    /// Runs `body` while the server listens.
    ///
    /// - Parameter connection: Called on the connection's event loop before anything is read.
    static func run<Result>(
        _ connection: @escaping Connection, _ body: (SocketServer) async throws -> Result
    ) async throws -> Result {
        let accepted = Accepted()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                accepted.count.withLock { $0 += 1 }
                return child.eventLoop.makeCompletedFuture { try connection(child) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(SocketServer(channel, accepted))
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

/// Answers the first bytes that come with these, and closes. Nothing at all for an empty answer.
final class AnswerAndClose: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String
    private let isDue: @Sendable (String) -> Bool
    private let received = Mutex("")

    /// - Parameter isDue: Whether what has come so far is enough.
    init(_ answer: String, when isDue: @escaping @Sendable (String) -> Bool = { _ in true }) {
        self.answer = answer
        self.isDue = isDue
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        let isDue = received.withLock { received in
            received += text
            return self.isDue(received)
        }
        guard isDue else { return }
        let channel = context.channel
        guard !answer.isEmpty else { return channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
