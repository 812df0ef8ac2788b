import Crypto
import HTTPTypes
import Hummingbird
import SpeedPix

/// The gateway's own routes, for whoever may read the secrets of its data folder: never for an application key, since a
/// workflow that is published is code that runs here.
struct AdminRoutes: Sendable {
    static let prefix = "/speedpix/"
    private static let scheme = "bearer "

    let routes: [any AdminRoute]
    /// What else than the token is taken; nil without a console.
    private let access: ConsoleAccess?
    /// Compared instead of the token, so that neither time nor length shows how much of a guess was right.
    private let digest: [UInt8]

    /// - Parameter token: What requests have to have in `Authorization: Bearer …`.
    init(token: Secret, access: ConsoleAccess? = nil, routes: [any AdminRoute]) {
        digest = Self.digest(token.revealed)
        self.access = access
        self.routes = routes
    }

    func add(to router: Router<GatewayContext>) {
        for route in routes {
            router.on(RouterPath(Self.prefix + route.path), method: route.method) { request, context in
                try check(request, for: route)
                return try await route.respond(to: request, context)
            }
        }
    }

    /// - Throws: ``Refusal``, with HTTP 401 for a token that is none of this gateway.
    private func check(_ request: Request, for route: any AdminRoute) throws(Refusal) {
        let header = request.headers[.authorization] ?? ""
        let given = header.lowercased().hasPrefix(Self.scheme) ? String(header.dropFirst(Self.scheme.count)) : ""
        let differences = zip(digest, Self.digest(given)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        if differences == 0 { return }
        if route.takesSessions, let access, try access.admits(request, token: given) { return }
        throw .unauthorized(
            "this takes the token in the file \(GatewayStorage.adminTokenName) of the gateway's data folder, as"
                + " Authorization: Bearer TOKEN")
    }

    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
