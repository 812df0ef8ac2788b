import HTTPTypes
import Hummingbird
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Who may use the console: a page that has traded the code of a link for a token.
///
/// Neither is ever in a cookie. A browser sends the cookies of a host to every port of it, also to those where others listen.
struct ConsoleAccess: Sendable {
    /// Bytes of the body with a code.
    private static let largestBody = 4096

    let origins: ConsoleGuard
    let codes: ConsoleCodes
    private let sessions: ConsoleSessions
    private let configuration: GatewayConfiguration

    /// - Parameter key: As ``GatewayStorage/consoleKey``.
    init(_ configuration: GatewayConfiguration, key: [UInt8]) {
        self.configuration = configuration
        origins = ConsoleGuard(configuration)
        codes = ConsoleCodes(clock: configuration.clock, secretBytes: configuration.secretBytes)
        sessions = ConsoleSessions(key: key)
    }

    /// `POST /console/session`, with `code`: trades it for a token.
    func begin(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try origins.check(request.head)
        let body = try CallBody(try await SignedCallHandler.collect(request, limit: Self.largestBody))
        try codes.use(try body.requiredText("code"))
        let session = sessions.make(
            random: configuration.secretBytes(ConsoleSessions.length), now: configuration.now())
        return try .enveloped(
            ["token": .string(session.token), "expires": .integer(session.expires)], requestID: context.requestID)
    }

    /// What makes links to an origin, such as `http://127.0.0.1:8187`; nil if the page cannot be opened there.
    func link(at origin: String) -> ConsoleLink? {
        origins.takes(origin: origin) ? ConsoleLink(origin: origin, codes: codes) : nil
    }

    /// Whether a request that has a token is one of a session.
    ///
    /// - Returns: False for a token of another kind, or of another data folder.
    /// - Throws: ``Refusal`` for a token that has expired, and for a request that is none of the console's page.
    func admits(_ request: Request, token: String) throws(Refusal) -> Bool {
        do throws(ConsoleSessions.Failure) {
            try sessions.check(token, now: configuration.now())
        } catch {
            guard error == .expired else { return false }
            throw .unauthorized("the session has ended: speedpix console makes a new link")
        }
        try origins.check(request.head)
        return true
    }
}
