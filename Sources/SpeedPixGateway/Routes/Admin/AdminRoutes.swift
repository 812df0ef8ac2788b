import Crypto
import HTTPTypes
import Hummingbird
import SpeedPix

/// One of the gateway's own routes, below ``AdminRoutes/prefix``. The service has none of them.
protocol AdminCall: Sendable {
    var method: HTTPRequest.Method { get }
    /// What follows the prefix, such as `status` or `workflows/:id`, whose parameters are in the context.
    var path: String { get }

    /// The envelope's `data`.
    ///
    /// - Throws: ``Refusal``, which becomes a failed envelope.
    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue
}

/// The gateway's own routes, for whoever may read the secrets of its data folder: never for an application key, since a
/// workflow that is published is code that runs here.
struct AdminRoutes: Sendable {
    static let prefix = "/speedpix/"
    private static let scheme = "bearer "

    let calls: [any AdminCall]
    /// Compared instead of the token, so that neither time nor length shows how much of a guess was right.
    private let digest: [UInt8]

    /// - Parameter token: What requests have to have in `Authorization: Bearer …`.
    init(token: Secret, calls: [any AdminCall]) {
        digest = Self.digest(token.revealed)
        self.calls = calls
    }

    func add(to router: Router<GatewayContext>) {
        for call in calls {
            router.on(RouterPath(Self.prefix + call.path), method: call.method) { request, context in
                try check(request)
                let answer = try AnswerEnvelope.succeeded(
                    try await call.answer(request, context), requestID: context.requestID)
                return Response(
                    status: .ok, headers: [.contentType: RequestSigner.mediaType, .cacheControl: "no-store"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
            }
        }
    }

    /// Refuses a request of anybody else.
    ///
    /// - Throws: ``Refusal`` with HTTP 401.
    func check(_ request: Request) throws(Refusal) {
        let header = request.headers[.authorization] ?? ""
        let given = header.lowercased().hasPrefix(Self.scheme) ? String(header.dropFirst(Self.scheme.count)) : ""
        let differences = zip(digest, Self.digest(given)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard differences == 0 else {
            var refusal = Refusal(
                "Unauthorized",
                "this takes the token in the file \(GatewayStorage.adminTokenName) of the gateway's data folder, as"
                    + " Authorization: Bearer TOKEN", status: .unauthorized)
            refusal.headers[.wwwAuthenticate] = "Bearer"
            throw refusal
        }
    }

    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
