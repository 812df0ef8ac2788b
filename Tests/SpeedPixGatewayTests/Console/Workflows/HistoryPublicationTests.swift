import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Publishing what a server has run", .timeLimit(.minutes(1)))
struct HistoryPublicationTests {
    private static let photo = "input/photo.png"

    private func shown(_ console: ConsoleComfyUI) async throws -> JSONValue {
        try await console.admin.call(.get, "workflows/shop").json["data"] ?? .null
    }

    @Test("Publish: the version is tried, and the alias stands for it when the try has succeeded")
    func tried() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            let answer = try await console.publish(
                prompt, ["id": "shop", "title": "Shop", "alias": "main", "inputs": ["seed=2.seed"]])
            let data = try #require(answer.json["data"], "\(answer.text)")
            #expect(data["version"] == "v1" && data["title"] == "Shop" && data["alias"] == nil)
            #expect(data["impossible"] == nil && data["warnings"] == .array([]))
            let trial = try #require(data["trial"]?.stringValue, "\(answer.text)")
            // It is the console's, and of no application key.
            let foreign = try await console.gateway.call(.progress, ["taskId": .string(trial)])
            #expect(foreign.code == "TaskNotFound", "\(foreign.text)")
            try await console.advance { try await shown(console)["aliases"] == ["main": "v1"] }
            #expect(try await shown(console)["history"]?.arrayValue?.first?["example"] == ["images"])
            #expect(try await console.entries().last?["published"] == ["shop"])
            let done = try await console.admin.call(
                .put, "workflows/shop/versions/v1/example", ["prediction": .string(trial)])
            #expect(done.json["data"]?["status"] == "succeeded" && done.json["data"]?["files"] == 1, "\(done.text)")
        }
    }

    @Test("Publish: no alias stands for a version whose try has failed")
    func failed() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            console.server.setAutomatic(false)
            let answer = try await console.publish(prompt, ["id": "shop", "alias": "main"])
            let trial = try #require(answer.json["data"]?["trial"]?.stringValue, "\(answer.text)")
            // The one of the page, and the try.
            await console.server.waitForPosts(2)
            console.server.failNext(message: "boom")
            try await console.advance {
                let state = try await console.admin.call(
                    .put, "workflows/shop/versions/v1/example", ["prediction": .string(trial)])
                return state.json["data"]?["status"] == "failed"
            }
            let workflow = try await shown(console)
            #expect(workflow["versions"] == ["v1"] && workflow["aliases"] == .object([:]), "\(workflow)")
        }
    }

    @Test("Publish: a try that ends when a later version is published leaves that one its alias")
    func overtaken() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            console.server.setAutomatic(false)
            let first = try await console.publish(prompt, ["id": "shop", "alias": "main"])
            let trial = try #require(first.json["data"]?["trial"]?.stringValue, "\(first.text)")
            await console.server.waitForPosts(2)
            let second = try await console.publish(prompt, ["id": "shop", "alias": "main", "try": false])
            #expect(second.json["data"]?["version"] == "v2", "\(second.text)")
            console.server.finishNext()
            try await console.advance {
                let history = try await shown(console)["history"]?.arrayValue ?? []
                return history.contains { $0["version"] == "v1" && $0["example"] == ["images"] }
            }
            // Changes come one after the other: that of the alias would have come before this one.
            let kept = try await console.admin.call(
                .put, "workflows/shop/versions/v1/example", ["prediction": .string(trial)])
            #expect(kept.json["data"]?["status"] == "succeeded", "\(kept.text)")
            #expect(try await shown(console)["aliases"] == ["main": "v2"])
        }
    }

    @Test("Publish: without a try the alias stands for the version at once")
    func untried() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            let body: JSONValue = ["id": "shop", "alias": "main", "try": false, "inputs": ["width=1.width"]]
            let answer = try await console.publish(prompt, body)
            #expect(answer.json["data"]?["alias"] == "main" && answer.json["data"]?["trial"] == nil, "\(answer.text)")
            let warnings = answer.json["data"]?["warnings"]?.arrayValue ?? []
            #expect(warnings.compactMap { $0["code"] } == ["fixed_seed"])
            #expect(try await shown(console)["aliases"] == ["main": "v1"])
            #expect(console.server.posted.count == 1)
        }
    }

    @Test("Publish: a file that a field names which is no input is stored with the workflow")
    func ownFile() async throws {
        try await ConsoleComfyUI.run { console in
            console.server.addFile(Self.photo, TestPNG.pixel(7))
            let prompt = try await console.submit(ComfyUIFixture.loaded)
            let answer = try await console.publish(prompt, ["id": "shop", "inputs": [], "alias": "main"])
            #expect(answer.json["data"]?["trial"] != nil, "\(answer.text)")
            let exported = try await console.admin.call(.get, "workflows/shop/versions/v1").json["data"]
            let file = try #require(exported?["files"]?.arrayValue?.first)
            #expect(file["filename"] == "photo.png" && file["mime_type"] == "image/png")
            try await console.advance { try await shown(console)["aliases"] == ["main": "v1"] }
        }
    }

    @Test("Publish: the value of an input that is a file is used for the try")
    func inputFile() async throws {
        try await ConsoleComfyUI.run { console in
            console.server.addFile(Self.photo, TestPNG.pixel(7))
            let prompt = try await console.submit(ComfyUIFixture.loaded)
            let answer = try await console.publish(prompt, ["id": "shop", "alias": "main"])
            #expect(answer.json["data"]?["trial"] != nil, "\(answer.text)")
            try await console.advance { try await shown(console)["aliases"] == ["main": "v1"] }
        }
    }

    @Test("Publish: an input's file that the server does not have keeps the version from being tried, in words")
    func impossible() async throws {
        try await ConsoleComfyUI.run { console in
            console.server.addFile(Self.photo, TestPNG.pixel(7))
            let prompt = try await console.submit(ComfyUIFixture.loaded)
            console.server.removeFile(Self.photo)
            let answer = try await console.publish(prompt, ["id": "shop", "alias": "main"])
            let data = answer.json["data"]
            #expect(data?["version"] == "v1" && data?["trial"] == nil, "\(answer.text)")
            #expect(data?["impossible"]?.stringValue?.contains("photo.png") == true)
            #expect(try await shown(console)["aliases"] == .object([:]))
            let needed = try await console.publish(prompt, ["id": "shop", "inputs": []])
            #expect(needed.code == "NotPublishable" && needed.findingCodes == ["missing_file"], "\(needed.text)")
        }
    }

    @Test("Publish: partner nodes without a key are published, and cannot be tried")
    func partnerKey() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit([
                "1": ["class_type": "TestPartnerImage", "inputs": ["prompt": "a cat"]],
                "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "x"]],
            ])
            let refused = try await console.publish(prompt, ["id": "cat"])
            #expect(refused.code == "NotPublishable" && refused.findingCodes == ["partner_node"], "\(refused.text)")
            let answer = try await console.publish(prompt, ["id": "cat", "partner_nodes": true])
            let reason = answer.json["data"]?["impossible"]?.stringValue
            #expect(reason?.contains("--partner-nodes") == true, "\(answer.text)")
        }
    }

    @Test("Publish: an id and an alias that cannot be one are refused, and nothing is published")
    func refused() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            for (body, code) in [
                (["alias": "main"], "InvalidParameter"), (["id": "a b"], "NotPublishable"),
                (["id": "shop", "alias": "v3"], "InvalidParameter"),
                (["id": "shop", "inputs": ["seed"]], "NotPublishable"),
            ] as [(JSONValue, String)] {
                let answer = try await console.publish(prompt, body)
                #expect(answer.code == code, "\(answer.text)")
            }
            #expect(try await console.admin.call(.get, "workflows/shop").code == "WorkflowNotFound")
        }
    }
}
