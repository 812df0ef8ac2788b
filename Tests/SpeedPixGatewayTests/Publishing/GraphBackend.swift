import ComfyUI
import HTTPTypes
import SpeedPix
import SpeedPixTestSupport

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Stands for servers of ComfyUI: gives back the graph that it would send.
struct GraphBackend: Backend {
    let name = "graphs"
    let workflows: [any Workflow] = []
    /// Holds predictions under the names of their versions; nil lets them through.
    var gate: Gate?
    /// Why every prediction is refused before it is created; nil if none is.
    var refusal: Refusal?

    func check(_ workflow: any Workflow, inputs: [String: PreparedInput]) async throws {
        if let refusal { throw refusal }
    }

    func run(_ job: BackendJob, progress: ReportedProgress) async throws -> WorkflowResult {
        guard let workflow = job.workflow as? PublishedWorkflow else {
            throw WorkflowFailure("\(job.workflow.id) is not from ComfyUI")
        }
        try await gate?.hold(workflow.version)
        let placed = workflow.files.map { ($0.field, $0.filename) }
        let sent = try WorkflowSubstitution(workflow: workflow).substituted(
            prediction: job.id, inputs: job.inputs, files: job.inputs.compactMapValues { $0.fileValue?.filename },
            placed: Dictionary(placed, uniquingKeysWith: { $1 }), seeds: job.seeds)
        return WorkflowResult(outputs: [
            "graph": .data(sent.graph.json), "version": .data(.string(workflow.version)),
        ])
    }
}

/// The gateway's own routes, as whoever has the data folder calls them.
struct TestAdmin {
    let gateway: TestGateway
    let token: String

    init(_ gateway: TestGateway, _ folder: LastingFolder) throws {
        self.gateway = gateway
        let path = folder.folder.appending(GatewayStorage.adminTokenName).string
        token = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).filter { $0 != "\n" }
    }

    @discardableResult
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil
    ) async throws -> TestGateway.Answer {
        var content = TransportRequest.Body.none
        if let body { content = .bytes(try body.encoded()) }
        return try await send(method, path, content)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: TransportRequest.Body
    ) async throws -> TestGateway.Answer {
        try await gateway.send(
            method, "/speedpix/\(path)", headers: [.authorization: "Bearer \(token)"], body: body)
    }

    /// What publishes ``PublishingFixture/graph``, with some of it changed.
    static func publication(_ changes: [String: JSONValue] = [:]) -> JSONValue {
        let members: [String: JSONValue] = [
            "id": "shop", "title": "Shop", "graph": PublishingFixture.graph.json,
            "definitions": PublishingFixture.definitions.json,
            "inputs": .array(PublishingFixture.inputs.map { .string($0) }),
            "outputs": .array(PublishingFixture.outputs.map { .string($0) }),
        ]
        return .object(members.merging(changes, uniquingKeysWith: { $1 }))
    }
}
