import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Predictions at a server of ComfyUI", .timeLimit(.minutes(1)))
struct ComfyUIRunTests {
    @Test("A success: one prompt with the inputs, its files and texts stored, its history deleted")
    func success() async throws {
        try await ComfyUIGateway.run { gateway, server in
            try await gateway.publish(
                ComfyUIFixture.pictureAndText, "both", inputs: ["seed=2.seed", "text=4.text"],
                outputs: ["images=3.images[]", "text=5.text"], from: server)
            let id = try await gateway.gateway.create("both", ["seed": 7, "text": "good day"])
            let done = try await gateway.ended(id)
            #expect(done.status == .succeeded, "\(done)")
            #expect(done.output?["text"] == "good day")
            #expect(done.output?["images"]?.arrayValue?.count == 1)
            let file = try #require(done.files.first)
            #expect(file.filename == "both-images-1.png")
            let bytes = try await gateway.bytes(of: done)
            #expect(try PNGText.text("prompt", in: bytes) != nil)
            let posted = try #require(server.posted.first)
            #expect(server.posted.count == 1)
            #expect(posted.targets == ["3", "5"])
            #expect(posted.extraData["preview_method"] == "auto")
            #expect(posted.prompt["2"]?["inputs"]?["seed"] == 7)
            #expect(posted.prompt["3"]?["inputs"]?["filename_prefix"]?.stringValue == "speedpix/\(id)/ComfyUI")
            await server.waitForRequest("POST /api/history")
            #expect(server.remembered.isEmpty)
        }
    }

    @Test("Its history stays if it is to")
    func leftHistory() async throws {
        try await ComfyUIGateway.run {
            $0.leavesHistory = true
        } body: { gateway, server in
            for _ in 1...2 { _ = try await gateway.ended(try await gateway.gateway.create("picture")) }
            #expect(!server.requests.contains("POST /api/history"))
            #expect(server.remembered.count == 2)
        }
    }

    @Test("The workflow is taken out of PNGs if it is to")
    func strippedMetadata() async throws {
        try await ComfyUIGateway.run {
            $0.stripsMetadata = true
        } body: { gateway, server in
            let done = try await gateway.ended(try await gateway.gateway.create("picture"))
            let bytes = try await gateway.bytes(of: done)
            #expect(PNGText.isPNG(bytes))
            #expect(try PNGText.text("prompt", in: bytes) == nil)
            let saved = try #require(server.files.first { $0.key.hasPrefix("output/") }?.value)
            #expect(try PNGText.text("prompt", in: saved) != nil)
        }
    }

    private static let pixel =
        "data:image/png;base64,"
        + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    @Test("A picture of the user is uploaded once, by the hash of its bytes")
    func upload() async throws {
        try await ComfyUIGateway.run { gateway, server in
            try await gateway.publish(
                ComfyUIFixture.loaded, "loaded", inputs: ["image=1.image"], outputs: ["images=2.images"], from: server)
            for _ in 1...2 {
                let id = try await gateway.gateway.create("loaded", ["image": .string(Self.pixel)])
                #expect(try await gateway.ended(id).status == .succeeded)
            }
            #expect(server.requests.count { $0 == "POST /api/upload/image" } == 1)
            let names = server.files.keys.filter { $0.hasPrefix("input/") }
            let name = try #require(names.first)
            #expect(names.count == 1 && name.hasPrefix("input/speedpix/") && name.hasSuffix(".png"))
            #expect(server.posted.last?.prompt["1"]?["inputs"]?["image"]?.stringValue == String(name.dropFirst(6)))
        }
    }

    @Test("A picture that came there in part: uploaded again, and used by the name that the server gives it then")
    func truncatedUpload() async throws {
        try await ComfyUIGateway.run { gateway, server in
            try await gateway.publish(
                ComfyUIFixture.loaded, "loaded", inputs: ["image=1.image"], outputs: ["images=2.images"], from: server)
            let first = try await gateway.gateway.create("loaded", ["image": .string(Self.pixel)])
            #expect(try await gateway.ended(first).status == .succeeded)
            let (key, bytes) = try #require(server.files.first { $0.key.hasPrefix("input/speedpix/") })
            server.addFile(key, Array(bytes.dropLast()))
            let second = try await gateway.gateway.create("loaded", ["image": .string(Self.pixel)])
            #expect(try await gateway.ended(second).status == .succeeded)
            let name = try #require(server.posted.last?.prompt["1"]?["inputs"]?["image"]?.stringValue)
            #expect("input/\(name)" != key && server.files["input/\(name)"] == bytes, "\(name)")
        }
    }

    @Test("Progress while it runs: the node's title, its number, and a fraction that does not go back")
    func progress() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            server.step(1, of: 2)
            try await gateway.advance { try await gateway.progress(id)["progress"]?.lenientDouble ?? 0 > 0 }
            let shown = try await gateway.progress(id)
            #expect(shown["status"] == "running")
            #expect(shown["state"]?["nodeLabel"] == "EmptyImage")
            #expect(shown["state"]?["step"] == 1 && shown["state"]?["maxSteps"] == 3)
            server.finishNext()
            #expect(try await gateway.ended(id).status == .succeeded)
        }
    }

    @Test("Previews: the newest one at a signed URL, which ends with the prediction")
    func previews() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            // Of no prompt, and so of nobody.
            server.preview(TestPNG.pixel(1), hasMetadata: false)
            let picture = TestPNG.pixel(2)
            server.preview(picture)
            try await gateway.advance { try await gateway.progress(id)["currentImage"] != nil }
            let url = try #require(try await gateway.progress(id)["currentImage"]?.stringValue)
            #expect(url.contains("/previews/\(id)?number=1&"))
            let again = try await gateway.progress(id)["currentImage"]?.stringValue
            #expect(again == url)
            let shown = try await gateway.gateway.client.predictions.get(id)
            #expect(shown.preview == url)
            let answer = try await gateway.gateway.send(.get, url)
            #expect(answer.status == 200 && answer.bytes == picture)
            #expect(answer.headers[.contentType] == "image/png")
            #expect(try await gateway.gateway.send(.get, url + "0").status == 403)
            server.finishNext()
            let done = try await gateway.ended(id)
            #expect(done.preview == nil && done.currentImage != url)
            #expect(try await gateway.gateway.send(.get, url).status == 404)
        }
    }

    @Test("A large file comes through whole")
    func largeFile() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            let large = [UInt8](repeating: 7, count: 24 << 20)
            server.setLosingOutputs(true)
            server.addFile("output/speedpix/\(id)/ComfyUI_00001_.png", large)
            server.finishNext()
            let done = try await gateway.ended(id)
            #expect(done.status == .succeeded, "\(done)")
            let file = try #require(done.files.first)
            // By its bytes it is no picture, whatever the server calls it.
            #expect(try await gateway.gateway.send(.get, file.url).headers[.contentType] == "application/octet-stream")
            #expect(try await gateway.bytes(of: done) == large)
        }
    }

    @Test("Classes of partners: refused at create without a key, paid with it otherwise")
    func partnerNodes() async throws {
        let graph: JSONValue = [
            "1": ["class_type": "TestPartnerImage", "inputs": ["prompt": "a shoe"]],
            "3": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "x"]],
        ]
        try await ComfyUIGateway.run { gateway, server in
            try await gateway.publish(graph, "paid", inputs: ["prompt=1.prompt"], from: server)
            let answer = try await gateway.gateway.call(.create, ["workflow_id": "paid", "alias_id": "main"])
            #expect(answer.code == "PartnerNodes", "\(answer.text)")
            #expect(server.posted.isEmpty)
        }
        try await ComfyUIGateway.run {
            $0.partnerKey = Secret("comfy-key")
        } body: { gateway, server in
            try await gateway.publish(graph, "paid", inputs: ["prompt=1.prompt"], from: server)
            #expect(try await gateway.ended(try await gateway.gateway.create("paid")).status == .succeeded)
            _ = try await gateway.ended(try await gateway.gateway.create("picture"))
            #expect(server.posted.first?.extraData["api_key_comfy_org"] == "comfy-key")
            #expect(server.posted.last?.extraData["api_key_comfy_org"] == nil)
        }
    }
}
