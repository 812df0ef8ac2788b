import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Finds out what is wrong with a server's certificate, which BoringSSL does not report: by a handshake of its own, that
/// trusts everything and sends nothing.
enum CertificateDiagnosis {
    /// An explanation is not worth more.
    private static let longest: TimeAmount = .seconds(3)

    /// In words that follow "it is not trusted:"; nil if no certificate can be had.
    ///
    /// - Parameter now: This machine's date.
    static func problem(host: String, port: Int, now: @Sendable () -> Date) async -> String? {
        guard let certificate = try? await certificate(host: host, port: port) else { return nil }
        let now = now().timeIntervalSince1970
        if Double(certificate.notValidAfter) < now {
            return "it expired on \(day(certificate.notValidAfter))"
        }
        if Double(certificate.notValidBefore) > now {
            return "it is not valid before \(day(certificate.notValidBefore)); this machine's clock may be wrong"
        }
        return "it is signed by itself or by an authority that this machine does not know"
    }

    private static func day(_ time: time_t) -> String {
        Date(timeIntervalSince1970: Double(time)).formatted(.iso8601.year().month().day())
    }

    private static func certificate(host: String, port: Int) async throws -> NIOSSLCertificate? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
        let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(longest)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host))
                    try channel.pipeline.syncOperations.addHandler(HandshakeWaiter(channel, longest: longest))
                }
            }
            .connect(host: host, port: port).get()
        defer { channel.close(promise: nil) }
        let waiter = try await channel.pipeline.handler(type: HandshakeWaiter.self).map(\.done).get()
        try await waiter.get()
        return try await channel.nioSSL_peerCertificate().get()
    }
}

/// Completes a promise when a handshake is over.
private final class HandshakeWaiter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<Void>
    private let deadline: Scheduled<Void>

    var done: EventLoopFuture<Void> { promise.futureResult }

    init(_ channel: any Channel, longest: TimeAmount) {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        self.promise = promise
        deadline = channel.eventLoop.scheduleTask(in: longest) { promise.fail(ChannelError.connectTimeout(longest)) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { finish(nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(ChannelError.eof)
        context.fireChannelInactive()
    }

    private func finish(_ error: (any Error)?) {
        deadline.cancel()
        if let error { promise.fail(error) } else { promise.succeed() }
    }
}
