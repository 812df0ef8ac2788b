import Hummingbird
import SpeedPix

/// What the admin routes of workflows work with.
struct WorkflowAdministration: Sendable {
    /// The largest body of these routes but that of a file, in bytes: a workflow of the largest size, with its classes.
    static let largestBody = 32 << 20

    let catalogue: WorkflowCatalogue
    let workflows: WorkflowStore
    let store: ObjectStore
    let urls: URLSigner
    let preparation: InputPreparation
    let queue: PredictionQueue
    let keys: ApplicationKeys
    let configuration: GatewayConfiguration

    var calls: [any AdminCall] {
        [
            ListWorkflowsCall(administration: self), ShowWorkflowCall(administration: self),
            CheckPublicationCall(administration: self), PublishWorkflowCall(administration: self),
            SetAliasCall(administration: self), RemoveWorkflowCall(administration: self),
            RemoveVersionCall(administration: self), ExportVersionCall(administration: self),
            StoreWorkflowFileCall(administration: self), TryVersionCall(administration: self),
            KeepExampleCall(administration: self),
        ]
    }

    /// The JSON object of a request.
    ///
    /// - Throws: ``Refusal`` for a body that is too large, or is no JSON object.
    static func body(_ request: Request) async throws -> CallBody {
        try CallBody(try await SignedCallHandler.collect(request, limit: largestBody))
    }
}

extension GatewayContext {
    /// A part of the path, such as `id` of `workflows/:id`.
    ///
    /// - Throws: ``Refusal`` for one that is not percent-encoded UTF-8.
    func part(_ name: String) throws(Refusal) -> String {
        guard let encoded = parameters.get(name), let text = PercentEncoding.decode(encoded) else {
            throw .invalidParameter("the path has no \(name) that can be read")
        }
        return text
    }
}
