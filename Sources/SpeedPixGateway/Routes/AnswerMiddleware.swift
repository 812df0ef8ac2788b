import HTTPTypes
import Hummingbird
import Logging
import SpeedPix

/// Gives every request an id and turns whatever a route throws into an answer of the protocol.
struct AnswerMiddleware: RouterMiddleware {
    let uniqueName: @Sendable () -> String
    let logger: Logger

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = uniqueName()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = refusal(for: error, request, requestID: context.requestID)
                .response(requestID: context.requestID)
            // A HEAD's answer has the length of the body and not the body.
            if request.method == .head { response = response.createHeadResponse() }
        }
        response.headers[.caRequestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        // Nothing else than the console's page, which has a policy of its own, is for a browser to run: least of all what was
        // uploaded.
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        }
        return response
    }

    private func refusal(for error: any Error, _ request: Request, requestID: String) -> Refusal {
        switch error {
        case let refusal as Refusal:
            logger.debug(
                "refused",
                metadata: [
                    "request": "\(requestID)", "path": "\(request.uri.path)",
                    "reason": "\(refusal.apiGatewayMessage ?? refusal.message)",
                ])
            return refusal
        case let error as any HTTPResponseError where error.status == .notFound:
            return notFound(request)
        case let error as StorageError:
            logger.error("storage failed", metadata: ["request": "\(requestID)", "error": "\(error)"])
            return Refusal("StorageError", "the gateway \(error)", status: .internalServerError)
        case is CancellationError:
            return Refusal("ShuttingDown", "the gateway is shutting down", status: .serviceUnavailable)
        default:
            logger.error("a request failed", metadata: ["request": "\(requestID)", "error": "\(error)"])
            return Refusal(
                "InternalError", "the gateway failed on this request; its log says why", status: .internalServerError)
        }
    }

    private func notFound(_ request: Request) -> Refusal {
        guard Route(rawValue: request.uri.path) != nil else {
            return Refusal("ApiNotFound", "there is no such API: \(request.uri.path.prefix(200))", status: .notFound)
        }
        var refusal = Refusal("MethodNotAllowed", "\(request.uri.path) takes POST only", status: .methodNotAllowed)
        refusal.headers[.allow] = "POST"
        return refusal
    }
}
