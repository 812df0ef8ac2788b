import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Publishing over HTTP")
struct PublishRouteTests {
    /// A gateway that runs workflows from ComfyUI.
    private static func run(
        hasBackend: Bool = true,
        _ body: @escaping @Sendable (TestGateway, TestAdmin, LastingFolder) async throws -> Void
    ) async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.comfyUI = hasBackend ? GraphBackend() : nil }) { gateway in
                try await body(gateway, try TestAdmin(gateway, folder), folder)
            }
        }
    }

    private static let picture: JSONValue = ["image": "data:,a"]

    @Test("A workflow that is published while the gateway runs is there at the next create")
    func atOnce() async throws {
        try await Self.run { gateway, admin, _ in
            let before = try await gateway.call(.create, ["workflow_id": "shop", "alias_id": "main"])
            #expect(before.code == "WorkflowNotFound", "\(before.text)")
            let published = try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
            #expect(published.code == nil, "\(published.text)")
            #expect(published.json["data"]?["version"] == "v1" && published.json["data"]?["alias"] == "main")
            let first = try await gateway.ended(try await gateway.create("shop", Self.picture))
            #expect(first.output?["version"] == "v1", "\(first)")
            try await admin.call(.post, "workflows", TestAdmin.publication())
            let still = try await gateway.ended(try await gateway.create("shop", Self.picture))
            #expect(still.output?["version"] == "v1")
            let moved = try await admin.call(.put, "workflows/shop/aliases/main", ["version": "v2"])
            #expect(moved.code == nil, "\(moved.text)")
            let second = try await gateway.ended(try await gateway.create("shop", Self.picture))
            #expect(second.output?["version"] == "v2")
            let named = try await gateway.call(
                .create, ["workflow_id": "shop", "version_id": "v1", "inputs": Self.picture])
            let id = try #require(named.json["data"]?["taskId"]?.stringValue, "\(named.text)")
            #expect(try await gateway.ended(id).output?["version"] == "v1")
        }
    }

    @Test("A create that names no version or alias of the workflow is refused with those that there are")
    func unknownVersions() async throws {
        try await Self.run { gateway, admin, _ in
            try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "beta"]))
            for (name, value, code, words) in [
                ("alias_id", "main", "AliasNotFound", "there is: beta"), ("version_id", "v2", "VersionNotFound", "v1"),
            ] {
                let body: JSONValue = ["workflow_id": "shop", name: .string(value), "inputs": Self.picture]
                let answer = try await gateway.call(.create, body)
                #expect(answer.code == code && answer.message.contains(words), "\(answer.text)")
            }
        }
    }

    @Test("Inputs of a published workflow are checked by name, and go into its graph")
    func inputs() async throws {
        try await Self.run { gateway, admin, _ in
            try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
            let given: JSONValue = ["image": "data:,a", "text": "a boot", "cfg": 4.5, "tiled": "true"]
            let done = try await gateway.ended(try await gateway.create("shop", given))
            let graph = try WorkflowGraph(try #require(done.output?["graph"]))
            #expect(graph[GraphField("6", "text")] == .value("a boot"))
            #expect(graph[GraphField("3", "cfg")] == .value(4.5) && graph[GraphField("3", "tiled")] == .value(true))
            #expect(graph[GraphField("3", "seed")] == .value(.unsigned(.max)))
            let wrong: [(String, JSONValue)] = [
                ("text", ["1", 0]), ("sampler", "eulr"), ("cfg", 101), ("seed", 3.9), ("image", "x.png"),
            ]
            for (name, value) in wrong {
                var members: [String: JSONValue] = ["image": "data:,a"]
                members[name] = value
                let answer = try await gateway.call(
                    .create, ["workflow_id": "shop", "alias_id": "main", "inputs": .object(members)])
                #expect(answer.code == "InvalidParameter" && answer.message.contains("\"\(name)\""), "\(answer.text)")
            }
        }
    }

    @Test("All that keeps a workflow from being published is answered at once")
    func findings() async throws {
        try await Self.run { _, admin, _ in
            let wrong = TestAdmin.publication(["inputs": ["image=1.imag", "x=99.y"], "outputs": ["images=3.images"]])
            for path in ["publication-check", "workflows"] {
                let answer = try await admin.call(.post, path, wrong)
                #expect(path == "publication-check" || answer.code == "NotPublishable", "\(answer.text)")
                let findings = answer.json["data"]?["findings"]?.arrayValue ?? []
                let errors = findings.filter { $0["severity"] == "error" }.compactMap { $0["message"]?.stringValue }
                #expect(errors.count >= 3, "\(answer.text)")
                for words in ["imag", "99", "3"] { #expect(errors.contains { $0.contains(words) }, "\(words)") }
            }
            let selectors = try await admin.call(
                .post, "workflows", TestAdmin.publication(["inputs": ["image", "text=6"]]))
            #expect(selectors.json["data"]?["findings"]?.arrayValue?.count == 2, "\(selectors.text)")
            for (changes, words) in [
                (["id": "echo"], "comes with the gateway"), (["id": "a b"], "other characters"),
                (["graph": ["nodes": [], "links": []]], "format of ComfyUI's page"),
                (["definitions": [:]], "are not known"),
            ] as [([String: JSONValue], String)] {
                let answer = try await admin.call(.post, "workflows", TestAdmin.publication(changes))
                #expect(answer.code == "NotPublishable" && answer.message.contains(words), "\(answer.text)")
            }
            let list = try await admin.call(.get, "workflows")
            #expect(list.json["data"]?["workflows"]?.arrayValue?.count == 2, "\(list.text)")
        }
    }

    @Test("Nothing is published with an application key, with no token, or by a body that is no workflow")
    func refused() async throws {
        try await Self.run { gateway, admin, _ in
            let body = try TestAdmin.publication().encoded()
            let path = "/speedpix/workflows"
            let signed = try await gateway.send(.post, path, headers: gateway.signed(path, body), body: .bytes(body))
            #expect(signed.status == 401, "\(signed.text)")
            #expect(try await gateway.send(.post, path, body: .bytes(body)).status == 401)
            for (bytes, words) in [
                ("", "the body is empty"), ("{", "not valid JSON"), ("[]", "must be a JSON object"),
                ("{}", "id is missing"), (#"{"id":"x"}"#, "graph or script is missing"),
                (#"{"id":"x","graph":{},"inputs":"a"}"#, "inputs must be a list"),
                (#"{"id":"x","graph":{},"files":[{}]}"#, "files must be"),
            ] {
                let answer = try await admin.send(.post, "workflows", .bytes(Array(bytes.utf8)))
                #expect(answer.code == "InvalidParameter" && answer.message.contains(words), "\(answer.text)")
            }
        }
    }

    @Test("Without a server a workflow from ComfyUI can be published, and its predictions are refused")
    func noServer() async throws {
        try await Self.run(hasBackend: false) { gateway, admin, _ in
            let published = try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
            #expect(published.code == nil, "\(published.text)")
            let answer = try await gateway.call(
                .create, ["workflow_id": "shop", "alias_id": "main", "inputs": Self.picture])
            #expect(answer.code == "NoServer" && answer.message.contains("no server of ComfyUI"), "\(answer.text)")
        }
    }

    @Test("A workflow in Lua is published, run, exported and removed")
    func scripts() async throws {
        try await Self.run { gateway, admin, _ in
            let source = """
                return {
                  inputs = { text = { type = "string" } },
                  run = function(inputs) return { said = inputs.text } end,
                }
                """
            let published = try await admin.call(
                .post, "workflows", ["id": "说话", "script": .string(source), "alias": "main"])
            #expect(published.json["data"]?["kind"] == "lua", "\(published.text)")
            let done = try await gateway.ended(try await gateway.create("说话", ["text": "hi"]))
            #expect(done.output?["said"] == "hi")
            let encoded = PercentEncoding.encode("说话")
            let exported = try await admin.call(.get, "workflows/\(encoded)/versions/main")
            #expect(exported.json["data"]?["script"] == .string(source), "\(exported.text)")
            #expect(try await admin.call(.delete, "workflows/\(encoded)").code == nil)
            #expect(try await admin.call(.get, "workflows/\(encoded)").code == "WorkflowNotFound")
            let broken = try await admin.call(.post, "workflows", ["id": "x", "script": "return {"])
            #expect(broken.code == "InvalidParameter" && broken.message.contains("does not run"), "\(broken.text)")
        }
    }

    @Test("Versions are shown and removed, but not one that an alias stands for, and not what comes with the gateway")
    func removal() async throws {
        try await Self.run { _, admin, _ in
            for alias in ["main", "beta"] {
                try await admin.call(.post, "workflows", TestAdmin.publication(["alias": .string(alias)]))
            }
            let shown = try await admin.call(.get, "workflows/shop").json["data"]
            #expect(shown?["versions"] == ["v1", "v2"] && shown?["aliases"] == ["main": "v1", "beta": "v2"])
            #expect(shown?["history"]?.arrayValue?.count == 2)
            let used = try await admin.call(.delete, "workflows/shop/versions/v2")
            #expect(used.code == "InvalidParameter" && used.message.contains("beta"), "\(used.text)")
            try await admin.call(.put, "workflows/shop/aliases/beta", ["version": "v1"])
            #expect(try await admin.call(.delete, "workflows/shop/versions/v2").code == nil)
            let exported = try await admin.call(.get, "workflows/shop/versions/v1").json["data"]
            #expect(exported?["graph"] == PublishingFixture.graph.json)
            #expect(try await admin.call(.get, "workflows/shop/versions/v2").code == "VersionNotFound")
            for path in ["workflows/echo", "workflows/echo/versions/v1"] {
                let answer = try await admin.call(.delete, path)
                #expect(answer.code == "InvalidParameter" && answer.message.contains("comes with"), "\(answer.text)")
            }
            #expect(
                try await admin.call(.put, "workflows/shop/aliases/v9", ["version": "v1"]).code == "InvalidParameter")
        }
    }
}
