import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

@Suite("Predictions of published workflows")
struct PublishedRunTests {
    private static let create: JSONValue = [
        "workflow_id": "shop", "alias_id": "main", "randomise_seeds": true, "inputs": ["image": "data:,a"],
    ]

    /// 41, 42 …
    private final class Numbers: Sendable {
        private let last = Mutex<UInt64>(40)

        func next() -> UInt64 {
            last.withLock { number in
                number += 1
                return number
            }
        }
    }

    @Test("Seeds are drawn for each field of its own, stand in info, and leave alone what was given")
    func seeds() async throws {
        try await LastingFolder.with { folder in
            let numbers = Numbers()
            try await folder.run(
                Gate(),
                {
                    $0.comfyUI = GraphBackend()
                    $0.random = { numbers.next() }
                }
            ) { gateway in
                let admin = try TestAdmin(gateway, folder)
                try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
                let created = try await gateway.call(.create, Self.create)
                let id = try #require(created.json["data"]?["taskId"]?.stringValue, "\(created.text)")
                let done = try await gateway.ended(id)
                let graph = try WorkflowGraph(try #require(done.output?["graph"]))
                #expect(graph[GraphField("3", "seed")] == .value(41) && graph[GraphField("12", "value")] == .value(42))
                #expect(done.info == ["seed": "41", "12.value": "42"])
                let chosen: JSONValue = [
                    "workflow_id": "shop", "alias_id": "main", "randomise_seeds": true,
                    "inputs": ["image": "data:,a", "seed": .unsigned(.max)],
                ]
                let second = try await gateway.call(.create, chosen).json["data"]?["taskId"]?.stringValue
                let kept = try await gateway.ended(second ?? "")
                #expect(kept.info == ["seed": "18446744073709551615", "12.value": "43"], "\(kept)")
            }
        }
    }

    @Test("A prediction goes on after a restart with its version, which was removed, and its seeds")
    func restart() async throws {
        try await LastingFolder.with { folder in
            let gate = Gate()
            let id = Mutex("")
            try await folder.run(
                Gate(),
                {
                    $0.comfyUI = GraphBackend(gate: gate)
                    $0.random = { 41 }
                }
            ) { gateway in
                let admin = try TestAdmin(gateway, folder)
                try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
                let created = try await gateway.call(.create, Self.create)
                id.withLock { $0 = created.json["data"]?["taskId"]?.stringValue ?? "" }
                await gate.waitForStarts(1)
                try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
                #expect(try await admin.call(.delete, "workflows/shop/versions/v1").code == nil)
            }
            try await folder.run(
                Gate(),
                {
                    $0.comfyUI = GraphBackend()
                    $0.random = { 7 }
                }
            ) { gateway in
                let done = try await gateway.ended(id.withLock { $0 })
                #expect(done.output?["version"] == "v1", "\(done)")
                #expect(done.info == ["seed": "41", "12.value": "41"])
                let next = try await gateway.ended(
                    try await gateway.create("shop", ["image": "data:,a"]))
                #expect(next.output?["version"] == "v2")
            }
        }
    }

    @Test("A try with the workflow's own values becomes its example, and files go with the workflow")
    func example() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.comfyUI = GraphBackend() }) { gateway in
                let admin = try TestAdmin(gateway, folder)
                let stored = try await admin.send(.put, "files?filename=photo%20%31.png", .bytes([1, 2, 3]))
                let file = try #require(stored.json["data"], "\(stored.text)")
                #expect(file["filename"] == "photo 1.png" && file["size"] == 3)
                // Nobody's key can read or delete it.
                let key = file["key"] ?? .null
                #expect(try await gateway.call(.deleteFile, ["objectKey": key]).code == "FileNotFound")
                let inputs = JSONValue.array(PublishingFixture.inputs.dropFirst().map { .string($0) })
                let missing = try await admin.call(.post, "workflows", TestAdmin.publication(["inputs": inputs]))
                #expect(missing.code == "NotPublishable" && missing.message.contains("1.image"), "\(missing.text)")
                let plan = try await admin.call(
                    .post, "publication-check", TestAdmin.publication(["inputs": inputs]))
                let named = try #require(plan.json["data"]?["files"]?.arrayValue?.first, "\(plan.text)")
                #expect(named["filename"] == "photo.png" && named["folder"] == "input" && named["input"] == nil)
                let own: JSONValue = [
                    "node": "1", "field": "image", "filename": "photo.png", "key": key, "mime_type": "image/png",
                ]
                let published = try await admin.call(
                    .post, "workflows", TestAdmin.publication(["inputs": inputs, "files": [own]]))
                #expect(published.code == nil, "\(published.text)")
                let begun = try await admin.call(.post, "workflows/shop/versions/v1/try", [:])
                let prediction = try #require(begun.json["data"]?["prediction"], "\(begun.text)")
                _ = try await gateway.ended(prediction.stringValue ?? "")
                let state = try await admin.call(
                    .put, "workflows/shop/versions/v1/example", ["prediction": prediction])
                #expect(state.json["data"]?["status"] == "succeeded", "\(state.text)")
                let shown = try await admin.call(.get, "workflows/shop").json["data"]
                #expect(shown?["history"]?.arrayValue?.first?["example"] == ["graph", "version"])
                let foreign = try await admin.call(
                    .put, "workflows/echo/versions/v1/example", ["prediction": prediction])
                #expect(foreign.code == "InvalidParameter", "\(foreign.text)")
            }
        }
    }

    @Test("The value of an input that is a file is given to a try by its key")
    func triedFile() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.comfyUI = GraphBackend() }) { gateway in
                let admin = try TestAdmin(gateway, folder)
                let stored = try await admin.send(.put, "files?filename=photo.png", .bytes([1, 2, 3])).json["data"]
                try await admin.call(.post, "workflows", TestAdmin.publication())
                let without = try await admin.call(.post, "workflows/shop/versions/v1/try", [:])
                #expect(without.code == "InvalidParameter" && without.message.contains("image"), "\(without.text)")
                let value: JSONValue = [
                    "object_key": stored?["key"] ?? .null, "filename": "photo.png", "mime_type": "image/png",
                ]
                let begun = try await admin.call(
                    .post, "workflows/shop/versions/v1/try", ["inputs": ["image": value]])
                let id = try #require(begun.json["data"]?["prediction"]?.stringValue, "\(begun.text)")
                let done = try await gateway.ended(id)
                let graph = try WorkflowGraph(try #require(done.output?["graph"], "\(done)"))
                #expect(graph[GraphField("1", "image")] == .value("photo.png"))
            }
        }
    }

    @Test("A try that no server could run is refused, and nothing is queued")
    func refusedTry() async throws {
        try await LastingFolder.with { folder in
            let refusal = Refusal("NoServer", "no server can run the workflow shop")
            try await folder.run(Gate(), { $0.comfyUI = GraphBackend(refusal: refusal) }) { gateway in
                let admin = try TestAdmin(gateway, folder)
                try await admin.call(.post, "workflows", TestAdmin.publication())
                let answer = try await admin.call(
                    .post, "workflows/shop/versions/v1/try", ["inputs": ["image": "data:,a"]])
                #expect(answer.code == "NoServer" && answer.message == refusal.message, "\(answer.text)")
            }
            // No prediction was ever written down.
            #expect(try await folder.statuses().isEmpty)
        }
    }

    @Test("Scripts are told of every workflow, with what it takes, by a signed call")
    func list() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.comfyUI = GraphBackend() }) { gateway in
                let admin = try TestAdmin(gateway, folder)
                try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
                let workflows = try await gateway.client.workflows()
                #expect(workflows.map(\.id) == ["echo", "light", "shop"])
                #expect(workflows.map(\.kind) == ["local", "local", "comfyui"])
                let shop = try await gateway.client.workflow("shop")
                #expect(shop.title == "Shop" && shop.version == "v1" && shop.aliases == ["main": "v1"])
                #expect(shop.inputs.map(\.name) == ["image", "text", "seed", "cfg", "sampler", "tiled", "bits"])
                #expect(shop.inputs.map(\.type).prefix(4) == ["image", "string", "integer", "number"])
                #expect(shop.inputs[0].isRequired && shop.inputs[1].defaultValue == "a shoe")
                #expect(shop.inputs[2].maximum == .unsigned(.max) && shop.inputs[4].choices == ["euler", "dpmpp_2m"])
                #expect(shop.outputs.map(\.name) == ["images", "exports"])
                #expect(shop.outputs.map(\.type) == ["file", "file"])
                #expect(shop.outputs.map(\.isAlwaysArray) == [false, true])
                let error = await #expect(throws: SpeedPixError.self) { try await gateway.client.workflow("shopp") }
                #expect(error?.code == .apiError && error?.message.contains("shop") == true)
            }
        }
    }
}
