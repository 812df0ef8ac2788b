import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Inputs of published workflows at the create")
struct ChoiceInputTests {
    /// Gives back what it got.
    struct Chooser: LocalWorkflow {
        let id = "chooser"
        let title = "Takes choices"
        let inputs: [WorkflowInput]
        let estimatedDuration: Duration = .zero
        let isComputing = false

        init() {
            var model = WorkflowInput("model", .choice, default: "sd/xl.safetensors")
            model.choices = ["sd/xl.safetensors", "flux.safetensors", 5, true, 0.5]
            var empty = WorkflowInput("empty", .choice)
            empty.choices = []
            var seed = WorkflowInput("seed", .integer)
            seed.wholeRange = 0...Int128(Int64.max)
            var low = WorkflowInput("low", .integer)
            low.wholeRange = -3...Int128.max
            var high = WorkflowInput("high", .integer)
            high.wholeRange = Int128.min...9_007_199_254_740_993
            inputs = [model, empty, seed, low, high, WorkflowInput("fast", .boolean)]
        }

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            WorkflowResult(outputs: inputs.compactMapValues { value in value.scalar.map { WorkflowOutput.data($0) } })
        }
    }

    static let values: [(String, JSONValue, JSONValue)] = [
        ("model", "flux.safetensors", "flux.safetensors"), ("model", "sd\\xl.safetensors", "sd/xl.safetensors"),
        ("model", 5, 5), ("model", 5.0, 5), ("model", true, true), ("model", 0.5, 0.5),
        ("model", nil, "sd/xl.safetensors"),
        ("seed", 9_223_372_036_854_775_807, 9_223_372_036_854_775_807), ("seed", 0, 0), ("low", -3, -3),
        ("low", .unsigned(.max), .unsigned(.max)), ("high", 9_007_199_254_740_993, 9_007_199_254_740_993),
        ("fast", "true", true), ("fast", "False", false), ("fast", false, false),
    ]

    @Test("InputPreparation: a choice, a whole number and a flag reach the workflow as they are", arguments: values)
    func accepted(_ name: String, _ given: JSONValue, _ value: JSONValue) async throws {
        try await TestGateway.run(workflows: [Chooser()]) { gateway in
            let done = try await gateway.ended(gateway.create("chooser", .object([name: given])))
            #expect(done.output?[name] == value)
        }
    }

    static let refused: [(String, JSONValue, String)] = [
        (
            "model", "flux.safetensor",
            "must be one of its choices, not \"flux.safetensor\"; did you mean \"flux.safetensors\"?"
        ),
        (
            "model", "x",
            "must be one of its choices, not \"x\" (there are: sd/xl.safetensors, flux.safetensors, 5, true, 0.5)"
        ),
        ("model", "5", "must be one of its choices, not \"5\""),
        ("model", false, "must be one of its choices, not \"false\""),
        ("model", ["1", 0], "must be one of its choices, not an array"),
        ("model", ["a": 1], "must be one of its choices, not an object"),
        ("empty", "a", "must be one of its choices, not \"a\"; there is none on any server"),
        ("seed", .unsigned(9_223_372_036_854_775_808), "must be 0 to 9223372036854775807, not 9223372036854775808"),
        ("seed", -1, "must be 0 to 9223372036854775807, not -1"),
        ("seed", 3.9, "must be a whole number, not a fraction"),
        ("seed", ["1", 0], "must be a whole number, not an array"),
        ("low", -4, "must be at least -3, not -4"),
        ("high", 9_007_199_254_740_994, "must be at most 9007199254740993, not 9007199254740994"),
        ("fast", "yes", "must be true or false, not a string"),
        ("fast", 1, "must be true or false, not a whole number"),
    ]

    @Test("InputPreparation: what is no choice or out of the exact range is refused by name", arguments: refused)
    func refusal(_ name: String, _ given: JSONValue, _ message: String) async throws {
        try await TestGateway.run(workflows: [Chooser()]) { gateway in
            let answer = try await gateway.call(
                .create, ["workflow_id": "chooser", "alias_id": "main", "inputs": .object([name: given])])
            #expect(answer.code == "InvalidParameter")
            #expect(answer.message.hasPrefix("the input \"\(name)\" \(message)"), "\(answer.message)")
        }
    }
}
