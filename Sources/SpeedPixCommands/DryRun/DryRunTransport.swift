import HTTPTypes
import SpeedPix
import Synchronization

/// Stands for the service in a dry run: answers as it would, and sends nothing.
///
/// Uploads are taken without being read, and every prediction has succeeded as soon as it is created.
final class DryRunTransport: HTTPTransport {
    private let count = Atomic(0)

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let path = request.url.trimmingPrefix(Self.endpoint)
        switch Route(rawValue: String(path)) {
        case .create:
            let id = "dry-run-\(count.add(1, ordering: .relaxed).newValue)"
            return try answer(["taskId": .string(id), "status": "succeeded"])
        case .progress: return try answer(try task(request, ["status": "succeeded", "progress": 1, "etaRelative": 0]))
        case .result: return try answer(try task(request, ["status": "succeeded", "result": [:]]))
        case .cancel: return try answer(try task(request, ["status": "canceled"]))
        case .signUpload:
            let key = "dry-run-\(count.add(1, ordering: .relaxed).newValue)"
            let url = JSONValue.string("\(Self.endpoint)/files/\(key)")
            return try answer(["uploadUrl": url, "accessUrl": url, "objectKey": .string(key)])
        default:
            // The upload itself, and whatever else: an empty answer.
            return TransportResponse(status: .ok, headers: [:], body: AnyByteStream([]))
        }
    }

    /// A name that can lead nowhere (RFC 2606).
    static let endpoint = "https://dry-run.invalid"

    private func task(_ request: TransportRequest, _ fields: [String: JSONValue]) throws -> [String: JSONValue] {
        var fields = fields
        if case .bytes(let body) = request.body { fields["taskId"] = try JSONValue(parsing: body)["taskId"] }
        return fields
    }

    private func answer(_ data: [String: JSONValue]) throws -> TransportResponse {
        let body = try JSONValue.object(["status": 10, "data": .object(data)]).encoded()
        return TransportResponse(status: .ok, headers: [:], body: AnyByteStream(body))
    }
}
