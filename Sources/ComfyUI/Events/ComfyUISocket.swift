import NIOCore
import NIOWebSocket
import SpeedPix

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A server's WebSocket, on which it tells how its prompts are.
///
/// A connection that ends is not made again here: frames that came meanwhile are lost, and who listens has to ask for what
/// they said.
package enum ComfyUISocket {
    /// How long things may take and how large frames may be.
    package struct Limits: Sendable, Hashable {
        /// Until a connection stands and the server has agreed to speak WebSocket: from name to handshake.
        package var connect: Duration = .seconds(10)
        /// Without a byte from the server, until it is asked whether it is there; and then until the connection counts as
        /// broken.
        package var silence: Duration = .seconds(30)
        /// Until the server agrees to an end; then the connection is closed without.
        package var close: Duration = .seconds(2)
        /// Bytes of a frame, and of a message in several frames.
        package var frame = 16 << 20

        package init() {}
    }

    /// The frames of one connection. It can be iterated once.
    ///
    /// It ends when the server ends the connection as WebSocket wants it, and throws ``ComfyUIError`` if the connection
    /// breaks, or `CancellationError`. Frames wait for whoever iterates, a few of them here and the others at the server.
    package struct Events: AsyncSequence, Sendable {
        package typealias Element = ComfyUIEvent

        let producer: SocketHandler.Producer

        package struct AsyncIterator: AsyncIteratorProtocol {
            private let frames: SocketHandler.Producer.AsyncIterator

            fileprivate init(_ events: Events) {
                frames = events.producer.makeAsyncIterator()
            }

            /// The next frame; nil when the server has ended the connection.
            package mutating func next() async throws -> ComfyUIEvent? {
                guard let event = try await frames.next() else {
                    try Task.checkCancellation()
                    return nil
                }
                return event
            }
        }

        /// Starts listening; to be called once.
        package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
    }

    /// Connects, says that previews may come with their prompts, and closes the connection when `body` has returned or
    /// thrown.
    ///
    /// Another connection with the same client id takes over at the server. Its late notice of the end of the old one
    /// would silence the new one, so this returns when the server has agreed to the end, or ``Limits/close`` is over.
    ///
    /// - Parameters:
    ///   - clientID: Prompts that are posted with it send their frames here.
    ///   - now: This machine's date, by which a certificate is valid or not.
    ///   - body: Gets the frames as they come.
    /// - Throws: ``ComfyUIError`` with code `unreachable`, `timeout` or `refused` if there is no connection; what `body`
    ///   throws; `CancellationError`.
    package static func withConnection<Result: Sendable>(
        to address: ComfyUIServerAddress, clientID: String, limits: Limits = Limits(),
        now: @escaping @Sendable () -> Date = { Date() }, isolation: isolated (any Actor)? = #isolation,
        _ body: (Events) async throws -> Result
    ) async throws -> Result {
        let connector = SocketConnector(address: address, clientID: clientID, limits: limits, now: now)
        let (channel, events) = try await connector.connect()
        channel.writeAndFlush(clientFeatures, promise: nil)
        do {
            let result = try await body(events)
            await close(channel)
            return result
        } catch {
            await close(channel)
            throw error
        }
    }

    /// What a client can do is heard only in the first frame of a connection.
    private static var clientFeatures: WebSocketFrame {
        let text = #"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#
        return WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
    }

    private static func close(_ channel: any Channel) async {
        channel.triggerUserOutboundEvent(SocketHandler.Request.close, promise: nil)
        // The handler bounds it.
        try? await channel.closeFuture.get()
    }
}
