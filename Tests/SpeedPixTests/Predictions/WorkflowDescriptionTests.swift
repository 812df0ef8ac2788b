import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("What a gateway says of its workflows")
struct WorkflowDescriptionTests {
    @Test("workflow asks for one by its id, and reads what is known of it")
    func one() async throws {
        let service = try ScriptedService(
            .ok([
                "workflows": [
                    [
                        "id": "shop", "title": "Shop", "kind": "comfyui", "version": "v2", "versions": ["v1", "v2"],
                        "aliases": ["main": "v2"],
                        "inputs": [
                            [
                                "name": "seed", "type": "integer", "default": 5, "minimum": 0,
                                "maximum": .unsigned(.max), "required": false,
                            ],
                            ["name": "image", "type": "image", "required": true, "help": "Photo"], ["type": "lost"],
                        ],
                        "outputs": [
                            ["name": "images", "type": "file", "always_array": true], ["name": "said"],
                            ["type": "lost"],
                        ],
                    ]
                ]
            ]))
        let workflow = try await service.client.workflow("shop")
        #expect(service.paths == ["/scc/sp_list_workflows"])
        #expect(service.requests.first?.json == ["workflow_id": "shop"])
        #expect(workflow.title == "Shop" && workflow.summary == "" && workflow.kind == "comfyui")
        #expect(workflow.version == "v2" && workflow.versions == ["v1", "v2"] && workflow.aliases == ["main": "v2"])
        #expect(workflow.inputs.map(\.name) == ["seed", "image"])
        #expect(workflow.inputs[0].defaultValue == 5 && workflow.inputs[0].maximum == .unsigned(.max))
        #expect(workflow.inputs[1].isRequired && workflow.inputs[1].help == "Photo")
        #expect(workflow.outputs.map(\.name) == ["images", "said"])
        #expect(workflow.outputs[0].type == "file" && workflow.outputs[0].isAlwaysArray)
        #expect(workflow.outputs[1].type == "any" && !workflow.outputs[1].isAlwaysArray)
    }

    @Test("workflows gives what has an id, and nothing of an empty list")
    func list() async throws {
        let service = try ScriptedService(.ok(["workflows": [["id": "a"], ["title": "b"]]]), .ok(["workflows": []]))
        #expect(try await service.client.workflows().map(\.id) == ["a"])
        #expect(try await service.client.workflows().isEmpty)
        #expect(service.requests.first?.json == .object([:]))
    }

    @Test("workflows fails as unsupported where the service has no such call", arguments: RecordTests.noSuchCall)
    func unsupported(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        for error in [
            try await speedPixError { try await service.client.workflows() },
            try await speedPixError { try await service.client.workflow("shop") },
        ] {
            #expect(error.code == .unsupported && error.remedy?.contains("local gateway") == true)
        }
    }

    @Test("An answer that is no list, and an empty id, are errors of their own")
    func mistakes() async throws {
        let service = try ScriptedService(.ok(["workflows": [:]]), .ok(["workflows": []]))
        #expect(try await speedPixError { try await service.client.workflows() }.code == .invalidResponse)
        #expect(try await speedPixError { try await service.client.workflow("x") }.code == .invalidResponse)
        #expect(try await speedPixError { try await service.client.workflow("") }.code == .invalidArgument)
        #expect(service.requests.count == 2)
    }
}
