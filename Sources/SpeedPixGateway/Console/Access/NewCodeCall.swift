import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/console/codes`: makes a code, and says where it is good. The page itself cannot: a session does not make others.
struct NewCodeCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "console/codes"
    let takesSessions = false
    let access: ConsoleAccess
    let configuration: GatewayConfiguration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let origin = try SignedCallHandler.origin(of: request, configuration)
        guard let link = access.link(at: origin) else {
            throw Refusal.invalidParameter(
                "the console cannot be opened at \(origin): start the gateway with --public-url, or ask it by"
                    + " 127.0.0.1")
        }
        let made = link.make()
        return [
            "code": .string(made.code), "url": .string(made.url),
            "expires_in": .integer(ConsoleCodes.lifetime.components.seconds),
        ]
    }
}
