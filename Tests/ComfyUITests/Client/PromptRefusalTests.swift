import SpeedPix
import Testing

@testable import ComfyUI

@Suite("Refusals of a prompt")
struct PromptRefusalTests {
    private func refusal(_ answer: JSONValue, prompt: JSONValue = TestPrompts.picture()) throws -> PromptRefusal {
        try #require(PromptRefusal(answer: answer, prompt: prompt))
    }

    private func nodeError(_ type: String, details: String = "", extra: JSONValue = [:]) -> JSONValue {
        let error: JSONValue = [
            "type": .string(type), "message": "What ComfyUI says", "details": .string(details), "extra_info": extra,
        ]
        let node: JSONValue = ["errors": [error], "dependent_outputs": ["3"], "class_type": "TestSampler"]
        return [
            "error": ["type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"],
            "node_errors": ["2": node],
        ]
    }

    @Test("A class that is missing: its name, the node, and what to do")
    func missingClass() throws {
        let refusal = try refusal([
            "error": [
                "type": "missing_node_type", "message": "Node 'Blur' not found.", "details": "",
                "extra_info": ["node_id": "2", "class_type": "FastBlur", "node_title": "Blur"],
            ],
            "node_errors": [:],
        ])
        #expect(refusal.missingClass == "FastBlur")
        #expect(refusal.dependsOnServer)
        #expect(
            refusal.description == "the server has no node class FastBlur, and node 2 (TestSampler, “Blur”) needs it")
        #expect(refusal.remedy?.contains("custom nodes") == true)
    }

    @Test(
        "A node's input: named in words",
        arguments: [
            (
                "value_smaller_than_min",
                ["input_name": "steps", "received_value": 0, "input_config": ["INT", ["min": 1]]],
                "steps is 0; the least is 1"
            ),
            (
                "value_bigger_than_max",
                ["input_name": "steps", "received_value": 99, "input_config": ["INT", ["max": 50]]],
                "steps is 99; the most is 50"
            ),
            (
                "value_not_in_list", ["input_name": "model", "received_value": "a.safetensors"],
                "model is \"a.safetensors\", which the server does not have"
            ),
            ("required_input_missing", ["input_name": "image"], "image is missing"),
            (
                "invalid_input_type", ["input_name": "steps", "received_value": "many"],
                "steps is \"many\", which is of another type than the node takes"
            ),
            ("return_type_mismatch", ["input_name": "image"], "image is linked to an output of another type"),
            ("something_new", [:], "What ComfyUI says: the details"),
        ] as [(String, JSONValue, String)])
    func inputs(_ type: String, _ extra: JSONValue, _ expected: String) throws {
        let refusal = try refusal(nodeError(type, details: "the details", extra: extra))
        #expect(refusal.description == "node 2 (TestSampler, “Second pass”): \(expected)")
        let error = try #require(refusal.nodeErrors.first)
        #expect(error.nodeID == "2")
        #expect(error.title == "Second pass")
        #expect(error.inputName == extra["input_name"]?.stringValue)
    }

    @Test("A file that is missing: what the node says of it")
    func missingFile() throws {
        let refusal = try refusal(
            nodeError(
                "custom_validation_failed", details: "image - Invalid image file: x.png", extra: ["input_name": "image"]
            ))
        #expect(refusal.description.hasSuffix("image - Invalid image file: x.png"))
        #expect(refusal.dependsOnServer)
        #expect(refusal.remedy?.contains("upload") == true)
    }

    @Test("Many nodes: five of them, in the order of their ids")
    func manyNodes() throws {
        let one: JSONValue = ["errors": [["type": "required_input_missing", "extra_info": ["input_name": "image"]]]]
        let ids = ["10", "9", "57:8", "1", "2", "3", "4"]
        let answer: JSONValue = ["node_errors": .object(Dictionary(uniqueKeysWithValues: ids.map { ($0, one) }))]
        let refusal = try refusal(answer, prompt: [:])
        #expect(refusal.nodeErrors.map(\.nodeID) == ["1", "2", "3", "4", "9", "10", "57:8"])
        #expect(refusal.description.hasSuffix("; and 2 more"))
        #expect(refusal.description.hasPrefix("node 1: image is missing; node 2:"))
    }

    @Test("A long value: shortened, in one line")
    func longValue() throws {
        let text = String(repeating: "long\n", count: 10_000)
        let refusal = try refusal(
            nodeError("value_not_in_list", extra: ["input_name": "a", "received_value": .string(text)]))
        #expect(refusal.description.utf8.count < 300)
        #expect(!refusal.description.contains("\n"))
    }

    @Test("An answer that says nothing: no refusal")
    func nothing() {
        #expect(PromptRefusal(answer: ["prompt_id": "1", "node_errors": [:]], prompt: [:]) == nil)
        #expect(PromptRefusal(answer: "text", prompt: [:]) == nil)
    }

    @Test("An error that is a text alone, as old versions answer")
    func textAlone() throws {
        let refusal = try refusal(["error": "no prompt", "node_errors": []])
        #expect(refusal.description == "no prompt")
        #expect(!refusal.dependsOnServer)
    }
}
