import ComfyUI
import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

/// A gateway whose published workflows run at small ComfyUIs. Its time stands still until a test moves it.
struct ComfyUIGateway: Sendable {
    let gateway: TestGateway
    let admin: TestAdmin

    /// - Parameters:
    ///   - servers: In their order.
    ///   - folder: The same for gateways one after the other.
    ///   - faults: What goes wrong with the writes of its database.
    static func run(
        _ servers: [TestComfyUI], in folder: LastingFolder, faults: WriteFaults? = nil,
        _ change: @Sendable (inout ComfyUIConfiguration) -> Void = { _ in },
        body: (ComfyUIGateway) async throws -> Void
    ) async throws {
        var configuration = ComfyUIConfiguration(servers: try servers.map { try ComfyUIServerAddress($0.url) })
        change(&configuration)
        try await folder.run(
            Gate(),
            {
                $0.comfyUIServers = configuration
                if let faults { $0.beforeCommit = { try faults.beforeCommit() } }
            },
            body: { gateway in
                try await body(ComfyUIGateway(gateway: gateway, admin: try TestAdmin(gateway, folder)))
            })
    }

    /// One server and one gateway, with the workflow `picture` published and the WebSocket open.
    static func run(
        _ version: TestComfyUI.Version = .summer2026, isAutomatic: Bool = true,
        _ change: @escaping @Sendable (inout ComfyUIConfiguration) -> Void = { _ in },
        body: @escaping @Sendable (ComfyUIGateway, TestComfyUI) async throws -> Void
    ) async throws {
        try await TestComfyUI.withRunning(version, isAutomatic: isAutomatic) { server in
            try await LastingFolder.with { folder in
                try await run([server], in: folder, change) { gateway in
                    try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
                    // What the client can do has come: from then on all frames go to it.
                    await server.waitForTexts(1)
                    try await body(gateway, server)
                }
            }
        }
    }

    /// Publishes a workflow under the alias `main`, with the classes of a server.
    func publish(
        _ graph: JSONValue, _ id: String, inputs: [String] = ["seed=2.seed"], outputs: [String] = ["images=3.images"],
        from server: TestComfyUI
    ) async throws {
        let publication = try await Self.publication(graph, id, inputs: inputs, outputs: outputs, from: server)
        let answer = try await admin.call(.post, "workflows", publication)
        #expect(answer.code == nil, "\(answer.text)")
    }

    /// What publishes a workflow so.
    static func publication(
        _ graph: JSONValue, _ id: String, inputs: [String] = ["seed=2.seed"], outputs: [String] = ["images=3.images"],
        from server: TestComfyUI
    ) async throws -> JSONValue {
        let client = ComfyUIClient(try ComfyUIServerAddress(server.url))
        return [
            "id": .string(id), "alias": "main", "graph": graph, "definitions": try await client.objectInfo(),
            "inputs": .array(inputs.map { .string($0) }), "outputs": .array(outputs.map { .string($0) }),
            "partner_nodes": true,
        ]
    }

    /// Asks until a prediction has ended, and moves the time on meanwhile: slowly, so that no call is late for that.
    func ended(_ id: String, step: Duration = .milliseconds(50)) async throws -> Prediction {
        while true {
            let prediction = try await gateway.client.predictions.get(id)
            if prediction.status.isTerminal { return prediction }
            gateway.clock.advance(by: step)
            await Task.yield()
        }
    }

    /// Moves the time on until something is true.
    func advance(
        step: Duration = .milliseconds(50), until isTrue: () async throws -> Bool
    ) async throws {
        while try await !isTrue() {
            gateway.clock.advance(by: step)
            // An answer of the gateway takes real time, in which calls go on.
            _ = try await gateway.send(.get, "/health")
        }
    }

    /// The data of a progress answer.
    func progress(_ id: String) async throws -> JSONValue {
        try await gateway.call(.progress, ["taskId": .string(id)]).json["data"] ?? .null
    }

    /// The bytes of a prediction's first file.
    func bytes(of prediction: Prediction) async throws -> [UInt8] {
        let file = try #require(prediction.files.first)
        return try await gateway.send(.get, file.url).bytes
    }
}

/// Workflows of the classes that a `TestComfyUI` has.
enum ComfyUIFixture {
    /// A picture that is made, changed and saved: nodes 1, 2 and 3.
    static let picture: JSONValue = {
        let size: JSONValue = ["width": 8, "height": 8, "batch_size": 1, "color": 0]
        let sampler: JSONValue = ["image": ["1", 0], "seed": 1, "steps": 4, "denoise": 1.0, "tiled": false]
        return [
            "1": ["class_type": "EmptyImage", "inputs": size],
            "2": ["class_type": "TestSampler", "inputs": sampler, "_meta": ["title": "Second pass"]],
            "3": ["class_type": "SaveImage", "inputs": ["images": ["2", 0], "filename_prefix": "ComfyUI"]],
        ]
    }()

    /// The same, and a text beside it: nodes 4 and 5.
    static let pictureAndText: JSONValue = {
        var nodes = picture.objectValue ?? [:]
        nodes["4"] = ["class_type": "TestText", "inputs": ["text": "hello"]]
        nodes["5"] = ["class_type": "TestShowText", "inputs": ["text": ["4", 0]]]
        return .object(nodes)
    }()

    /// A picture of the user, saved as it is.
    static let loaded: JSONValue = [
        "1": ["class_type": "LoadImage", "inputs": ["image": "photo.png"]],
        "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "ComfyUI"]],
    ]

    /// A prompt of somebody else.
    static func post(
        _ number: Int, of client: String = "stranger", to server: TestComfyUI
    ) async throws -> String {
        let id = "00000000-0000-4000-8000-00000000000\(number)"
        _ = try await ComfyUIClient(try ComfyUIServerAddress(server.url)).submit(
            prompt: picture, promptID: id, clientID: client)
        return id
    }
}
