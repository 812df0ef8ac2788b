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
        switch Route(rawValue: String(path))?.definition.dryRunAnswer {
        case .newTask: return try answer(["taskId": .string(nextName()), "status": "succeeded"])
        case .task(let data): return try answer(try task(request, data))
        case .uploadURLs:
            let key = nextName()
            let url = JSONValue.string("\(Self.endpoint)/files/\(key)")
            return try answer(["uploadUrl": url, "accessUrl": url, "objectKey": .string(key)])
        case .workflows: return try answer(["workflows": .array(try workflows(request))])
        case .empty, nil:
            // The upload itself, and whatever else.
            return TransportResponse(status: .ok, headers: [:], body: AnyByteStream([]))
        }
    }

    private func nextName() -> String { "dry-run-\(count.add(1, ordering: .relaxed).newValue)" }

    /// A name that can lead nowhere (RFC 2606).
    static let endpoint = "https://dry-run.invalid"

    /// What a client needs that sends nothing.
    ///
    /// - Parameter appKey: The account that a journal knows its run by.
    static func configuration(
        _ context: CommandContext, appKey: String = "dry-run"
    ) throws -> SpeedPixClient.Configuration {
        try SpeedPixClient.Configuration(appKey: appKey, appSecret: context.randomToken(), endpoint: endpoint)
    }

    private func task(_ request: TransportRequest, _ data: String) throws -> [String: JSONValue] {
        var fields = try JSONValue(parsing: Array(data.utf8)).objectValue ?? [:]
        if case .bytes(let body) = request.body { fields["taskId"] = try JSONValue(parsing: body)["taskId"] }
        return fields
    }

    private func workflows(_ request: TransportRequest) throws -> [JSONValue] {
        guard case .bytes(let body) = request.body, let id = try JSONValue(parsing: body)["workflow_id"] else {
            return []
        }
        return [["id": id]]
    }

    private func answer(_ data: [String: JSONValue]) throws -> TransportResponse {
        let body = try JSONValue.object(["status": 10, "data": .object(data)]).encoded()
        return TransportResponse(status: .ok, headers: [:], body: AnyByteStream(body))
    }
}
