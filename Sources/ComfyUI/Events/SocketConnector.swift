import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes one WebSocket connection: TCP, TLS, and HTTP's upgrade.
struct SocketConnector: Sendable {
    let address: ComfyUIServerAddress
    let clientID: String
    let limits: ComfyUISocket.Limits
    let now: @Sendable () -> Date

    /// What came of an upgrade.
    private enum Outcome: Sendable {
        case open(any Channel, ComfyUISocket.Events)
        case refused(EventLoopFuture<HTTPResponseStatus>)
    }

    /// Channels that are being opened, of which there may be one for each address of a name.
    private final class OpeningChannels: Sendable {
        private let state = Mutex<(channels: [any Channel], isCancelled: Bool)>(([], false))

        func add(_ channel: any Channel) {
            let isLate = state.withLock { state in
                state.channels.append(channel)
                return state.isCancelled
            }
            if isLate { channel.close(promise: nil) }
        }

        func cancel() {
            let channels = state.withLock { state in
                state.isCancelled = true
                return state.channels
            }
            for channel in channels { channel.close(promise: nil) }
        }
    }

    /// - Throws: ``ComfyUIError``, or `CancellationError`.
    func connect() async throws -> (any Channel, ComfyUISocket.Events) {
        do {
            let tls = try tlsContext()
            let opening = OpeningChannels()
            return try await withTaskCancellationHandler {
                let outcome = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connectTimeout(TimeAmount(limits.connect))
                    .connect(host: address.host, port: address.port) { channel in
                        opening.add(channel)
                        return channel.eventLoop.makeCompletedFuture { try configure(channel, tls) }
                    }
                switch try await outcome.get() {
                case .open(let channel, let events): return (channel, events)
                case .refused(let status): throw refused(Int(try await status.get().code))
                }
            } onCancel: {
                opening.cancel()
            }
        } catch {
            throw await explained(error)
        }
    }

    private func tlsContext() throws -> NIOSSLContext? {
        guard address.isSecure else { return nil }
        var configuration = address.trust.tlsConfiguration
        // A server that prefers HTTP/2 would not upgrade.
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }

    private func configure(_ channel: any Channel, _ tls: NIOSSLContext?) throws -> EventLoopFuture<Outcome> {
        if let tls {
            let isAddress = (try? SocketAddress(ipAddress: address.host, port: address.port)) != nil
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : address.host))
        }
        // NIO's own handler of errors closes the connection before it tells of them: the reason would come too late.
        let upgrader = NIOTypedWebSocketClientUpgrader<Outcome>(
            maxFrameSize: limits.frame, enableAutomaticErrorHandling: false
        ) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                Outcome.open(channel, try SocketHandler.add(to: channel, place: address.text, limits: limits))
            }
        }
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration<Outcome>(
            upgradeRequestHead: requestHead, upgraders: [upgrader]
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let status = channel.eventLoop.makePromise(of: HTTPResponseStatus.self)
                try channel.pipeline.syncOperations.addHandler(StatusHandler(status))
                return Outcome.refused(status.futureResult)
            }
        }
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
        // The server's first frames may come in one packet with its answer.
        configuration.leftOverBytesStrategy = .forwardBytes
        let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: configuration)
        let limit = TimeAmount(limits.connect)
        let deadline = channel.eventLoop.scheduleTask(in: limit) {
            channel.pipeline.fireErrorCaught(ChannelError.connectTimeout(limit))
            channel.close(promise: nil)
        }
        outcome.whenComplete { _ in deadline.cancel() }
        return outcome
    }

    private var requestHead: HTTPRequestHead {
        var headers = HTTPHeaders([("Host", address.authority)])
        for field in address.headers { headers.add(name: field.name.rawName, value: field.value) }
        let target = address.resource("/ws", query: [("clientId", clientID)])
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
    }

    // MARK: Errors

    private func refused(_ status: Int) -> ComfyUIError {
        var error = address.failure(status, headers: [:], body: ByteBuffer())
        error.message += "; no WebSocket"
        error.remedy = error.remedy ?? "check that what stands before ComfyUI lets WebSockets through"
        error.mayHaveTakenEffect = false
        return error
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        if case ChannelError.connectTimeout = error { return true }
        // Of a name with several addresses each has its error.
        guard let failures = (error as? NIOConnectionError)?.connectionErrors, !failures.isEmpty else { return false }
        return failures.allSatisfy { isTimeout($0.error) }
    }

    private func explained(_ error: any Error) async -> any Error {
        if Task.isCancelled { return CancellationError() }
        if error is ComfyUIError { return error }
        if Self.isTimeout(error) {
            return ComfyUIError(
                .timeout, "\(address) did not answer in time",
                remedy: "check that ComfyUI runs there", mayHaveTakenEffect: false, cause: error)
        }
        if error is NIOHTTPClientUpgradeError || error is HTTPParserError {
            return ComfyUIError(
                .malformed, "\(address): what it answered is no WebSocket",
                remedy: "check that ComfyUI runs at this address, and nothing else", mayHaveTakenEffect: false,
                cause: error)
        }
        let failure = await NetworkFailure(error, url: address.text, bodyLeft: false, now: now).error()
        guard let failure = failure as? TransportError else { return failure }
        return ComfyUIError(
            .unreachable, "\(address): \(failure.message)", remedy: failure.remedy ?? "check that ComfyUI runs there",
            mayHaveTakenEffect: false, cause: error)
    }
}

/// Completes a promise with the status of an answer that is no upgrade.
private final class StatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<HTTPResponseStatus>

    init(_ promise: EventLoopPromise<HTTPResponseStatus>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
        promise.succeed(head.status)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }
}
