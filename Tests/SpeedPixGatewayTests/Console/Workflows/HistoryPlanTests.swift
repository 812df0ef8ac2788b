import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Plans of what a server has run", .timeLimit(.minutes(1)))
struct HistoryPlanTests {
    private static let photo = "input/photo.png"

    private func listed(_ answer: TestGateway.Answer, _ name: String = "candidates") -> [String: JSONValue] {
        let entries = answer.json["data"]?[name]?.arrayValue ?? []
        return Dictionary(
            entries.map { ($0["selector"]?.stringValue ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("Plan: what is proposed, and everything else that can be chosen, each with a name of its own")
    func candidates() async throws {
        try await ConsoleComfyUI.run { console in
            let answer = try await console.plan(try await console.submit(), [:])
            #expect(answer.code == nil, "\(answer.text)")
            #expect(answer.json["data"]?["proposed_id"] == "workflow")
            let inputs = listed(answer)
            #expect(inputs["2.seed"]?["proposed"] == true && inputs["2.seed"]?["name"] == "second_pass")
            let steps = try #require(inputs["2.steps"])
            #expect(steps["proposed"] == false && steps["name"] == "second_pass_steps" && steps["value"] == 4)
            #expect(steps["kind"] == "int" && steps["title"] == "Second pass" && steps["class"] == "TestSampler")
            #expect(inputs["2.tiled"]?["kind"] == "boolean" && inputs["1.width"]?["proposed"] == true)
            // What another node gives is nothing to choose.
            #expect(inputs["2.image"] == nil && inputs["3.images"] == nil)
            let names = inputs.values.compactMap { $0["name"]?.stringValue }
            #expect(Set(names).count == names.count)
            let outputs = listed(answer, "output_candidates")
            #expect(outputs["3.images"]?["proposed"] == true && outputs.count == 1)
        }
    }

    @Test("Plan: a field whose value another node has says where that is")
    func linked() async throws {
        try await ConsoleComfyUI.run { console in
            let answer = try await console.plan(try await console.submit(ComfyUIFixture.pictureAndText))
            let inputs = listed(answer)
            let shown = try #require(inputs["5.text"])
            #expect(shown["linked"] == true && shown["source"] == "4.text" && shown["name"] == nil)
            #expect(inputs["4.text"]?["linked"] == false && inputs["4.text"]?["value"] == "hello")
        }
    }

    @Test("Plan: the id that it proposes is that of no workflow")
    func proposedID() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            let published = try await console.publish(prompt, ["id": "workflow", "try": false])
            #expect(published.code == nil, "\(published.text)")
            #expect(try await console.plan(prompt).json["data"]?["proposed_id"] == "workflow_2")
        }
    }

    @Test("Plan: what is wrong with an id or a field is found, and nothing is published")
    func findings() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            let answer = try await console.plan(prompt, ["id": "echo", "inputs": ["x=99.y", "w=1.width"]])
            let findings = answer.json["data"]?["findings"]?.arrayValue ?? []
            let errors = findings.filter { $0["severity"] == "error" }
            #expect(errors.count == 2, "\(answer.text)")
            // No seed is among the inputs.
            let seed = try #require(findings.first { $0["code"] == "fixed_seed" }, "\(answer.text)")
            #expect(seed["values"]?["field"] == "2.seed" && seed["severity"] == "warning")
            #expect(try await console.plan(prompt, ["id": ""]).json["data"]?["findings"]?.arrayValue?.count == 1)
            let workflows = try await console.admin.call(.get, "workflows").json["data"]?["workflows"]?.arrayValue
            #expect(workflows?.count == 2)
        }
    }

    @Test("Plan: a class and a choice that the server has no more are found")
    func missing() async throws {
        let earlier = EarlierRun()
        try await ConsoleComfyUI.run(
            prepare: { server in
                let classes = try await ComfyUIClient(try ComfyUIServerAddress(server.url)).objectInfo()
                earlier.set(try await ConsoleComfyUI.submit(Self.scaled, to: server), classes: classes)
                server.setClasses(Self.fewer(classes))
            },
            body: { console in
                let answer = try await console.plan(earlier.prompt)
                #expect(answer.findingCodes.contains("missing_class"), "\(answer.text)")
                #expect(answer.findingCodes.contains("missing_choice"), "\(answer.text)")
                // Installed since: the server is asked once more.
                console.server.setClasses(earlier.classes)
                let repaired = try await console.plan(earlier.prompt)
                #expect(repaired.code == nil && repaired.findingCodes.isEmpty, "\(repaired.text)")
            })
    }

    /// A picture that is also saved in another size: nodes 4 and 5.
    private static let scaled: JSONValue = {
        var graph = ComfyUIFixture.picture.objectValue ?? [:]
        let scale: JSONValue = [
            "image": ["2", 0], "upscale_method": "lanczos", "width": 8, "height": 8, "crop": "disabled",
        ]
        graph["4"] = ["class_type": "ImageScale", "inputs": scale]
        graph["5"] = ["class_type": "SaveImage", "inputs": ["images": ["4", 0], "filename_prefix": "big"]]
        return .object(graph)
    }()

    /// The classes without one that the graph has, and without the choice that another one has.
    private static func fewer(_ classes: JSONValue) -> JSONValue {
        var fewer = classes.objectValue ?? [:]
        fewer["TestSampler"] = nil
        var scaling = fewer["ImageScale"]?.objectValue ?? [:]
        var inputs = scaling["input"]?["required"]?.objectValue ?? [:]
        inputs["upscale_method"] = ["COMBO", ["options": ["lanczos3"]]]
        scaling["input"] = ["required": .object(inputs)]
        fewer["ImageScale"] = .object(scaling)
        return .object(fewer)
    }

    @Test("Plan: a partner node is found, unless it is allowed")
    func partner() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit([
                "1": ["class_type": "TestPartnerImage", "inputs": ["prompt": "a cat"]],
                "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "x"]],
            ])
            #expect(try await console.plan(prompt).findingCodes == ["partner_node"])
            #expect(try await console.plan(prompt, ["id": "cat", "partner_nodes": true]).findingCodes.isEmpty)
        }
    }

    @Test("Plan: a file that the server does not have keeps a workflow from being tried, or from being published")
    func missingFile() async throws {
        try await ConsoleComfyUI.run { console in
            console.server.addFile(Self.photo, TestPNG.pixel(1))
            let prompt = try await console.submit(ComfyUIFixture.loaded)
            #expect(try await console.plan(prompt).findingCodes.isEmpty)
            console.server.removeFile(Self.photo)
            for (body, severity) in [
                (["id": "shop"], "warning"), (["id": "shop", "inputs": []], "error"),
            ] as [(JSONValue, JSONValue)] {
                let answer = try await console.plan(prompt, body)
                let finding = answer.json["data"]?["findings"]?.arrayValue?.first
                #expect(finding?["code"] == "missing_file" && finding?["severity"] == severity, "\(answer.text)")
                #expect(finding?["values"]?["file"] == "photo.png")
            }
        }
    }

    @Test("Plan: a prompt that the server has forgotten, or has not run to its end")
    func forgotten() async throws {
        try await ConsoleComfyUI.run { console in
            let prompt = try await console.submit()
            console.server.forget(prompt)
            #expect(try await console.plan(prompt).code == "PromptNotFound")
            console.server.setAutomatic(false)
            let failed = try await console.submit()
            console.server.failNext()
            #expect(try await console.plan(failed).code == "PromptNotFound")
        }
    }

    @Test("Publication check: a workflow in the form of ComfyUI's page is known by a code")
    func uiFormat() async throws {
        try await ConsoleComfyUI.run { console in
            let answer = try await console.admin.call(
                .post, "publication-check", ["id": "shop", "graph": ["nodes": [], "links": []]])
            #expect(answer.code == "NotPublishable" && answer.findingCodes == ["ui_format"], "\(answer.text)")
        }
    }
}
