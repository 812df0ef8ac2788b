import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Seeds of 64 bits over HTTP")
struct SeedTests {
    static let digits = [
        "9007199254740993", "9223372036854775807", "9223372036854775808", "15417283946501827364",
        "18446744073709551615",
        "-9223372036854775808",
    ]

    /// Gives back the seed that it got, as a number and as a key.
    private struct Seeded: LocalWorkflow {
        let id = "seeded"
        let title = "Takes a seed"
        let inputs: [WorkflowInput]
        let estimatedDuration: Duration = .zero
        let isComputing = false

        init(minimum: Double? = nil, maximum: Double? = nil, default value: JSONValue? = nil) {
            inputs = [
                WorkflowInput("seed", .integer, default: value, minimum: minimum, maximum: maximum),
                WorkflowInput("weight", .number),
            ]
        }

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            let seed: JSONValue =
                switch inputs["seed"] {
                case .integer(let number): .integer(number)
                case .unsigned(let number): JSONValue(number)
                default: .null
                }
            return WorkflowResult(outputs: [
                "seed": .data(seed), "weight": .data(.double(inputs["weight"]?.numberValue ?? 0)),
            ])
        }
    }

    /// Creates with this text for inputs, waits, and returns the bytes of the result.
    private func result(of workflow: String, inputs: String, at gateway: TestGateway) async throws -> TestGateway.Answer
    {
        let body = #"{"workflow_id":"\#(workflow)","alias_id":"main","inputs":\#(inputs)}"#
        let created = try await gateway.call(.create, bytes: Array(body.utf8))
        guard let id = created.json["data"]?["taskId"]?.stringValue else { return created }
        _ = try await gateway.client.predictions.wait(for: try await gateway.client.predictions.get(id))
        return try await gateway.call(.result, ["taskId": .string(id)])
    }

    @Test("The echo workflow returns a seed with the digits that it got", arguments: digits)
    func echo(digits: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await result(
                of: "echo", inputs: #"{"data":{"seed":\#(digits),"list":[\#(digits)]}}"#, at: gateway)
            #expect(answer.text.contains(#""data":{"list":[\#(digits)],"seed":\#(digits)}"#), "\(answer.text)")
            let value = try JSONValue(parsing: digits.utf8)
            let done = try await gateway.client.run("echo", input: ["data": ["seed": .json(value)]])
            #expect(done.output?["data"]?["seed"] == value)
        }
    }

    @Test("A workflow gets all digits of an integer input and of its default", arguments: digits)
    func integers(digits: String) async throws {
        let value = try JSONValue(parsing: digits.utf8)
        try await TestGateway.run(workflows: [Seeded(default: value)]) { gateway in
            for inputs in [#"{"seed":\#(digits)}"#, "{}"] {
                let answer = try await result(of: "seeded", inputs: inputs, at: gateway)
                #expect(answer.text.contains(#""seed":\#(digits)"#), "\(answer.text)")
            }
            let weighed = try await result(of: "seeded", inputs: #"{"weight":\#(digits)}"#, at: gateway)
            #expect(weighed.json["data"]?["result"]?["weight"]?.lenientDouble == Double(digits))
        }
    }

    @Test(
        "An integer input outside 64 bits or its bounds, or a float, is refused by name",
        arguments: [
            ("18446744073709551616", "the whole number 18446744073709551616 does not fit 64 bits"),
            ("-9223372036854775809", "the whole number -9223372036854775809 does not fit 64 bits"),
            (
                "15417283946501827364.0",
                "the input \"seed\" must be a whole number, not a float, whose last digits may be lost"
            ),
            ("1e19", "the input \"seed\" must be a whole number, not a float, whose last digits may be lost"),
            ("15417283946501827364", "the input \"seed\" must be 0 to 100, not 15417283946501827364"),
            ("9007199254740993", "the input \"seed\" must be 0 to 100, not 9007199254740993"),
        ])
    func refused(seed: String, message: String) async throws {
        try await TestGateway.run(workflows: [Seeded(minimum: 0, maximum: 100)]) { gateway in
            let answer = try await result(of: "seeded", inputs: #"{"seed":\#(seed)}"#, at: gateway)
            #expect(answer.code == "InvalidParameter")
            #expect(answer.message == message)
        }
    }

    @Test(
        "A seed is drawn within the bounds of its input, also where these are beyond all whole numbers or none",
        arguments: [
            (1e300, nil, "InvalidParameter"), (nil, -1e300, nil), (-1e300, 1e300, nil), (Double.nan, Double.nan, nil),
            (0.5, 1.5, nil), (-Double.infinity, Double.infinity, nil),
        ] as [(Double?, Double?, String?)])
    func drawn(minimum: Double?, maximum: Double?, code: String?) async throws {
        try await TestGateway.run(workflows: [Seeded(minimum: minimum, maximum: maximum)]) { gateway in
            let answer = try await gateway.call(
                .create, ["workflow_id": "seeded", "alias_id": "main", "randomise_seeds": true])
            #expect(answer.code == code, "\(answer.text)")
        }
    }

    @Test(
        "text-to-image accepts each seed of 64 bits and reports it",
        arguments: ["9223372036854775808", "18446744073709551615"])
    func pictures(digits: String) async throws {
        let drawing = try await ScriptWorkflow(id: "text-to-image", source: PackageResources.text_to_image_lua)
        try await TestGateway.run(workflows: [drawing]) { gateway in
            let seed = try JSONValue(parsing: digits.utf8)
            let input: [String: InputValue] = ["prompt": "a lake", "width": 64, "height": 64, "seed": .json(seed)]
            let first = try await gateway.client.run("text-to-image", input: input)
            #expect(first.info?["message"]?.stringValue?.hasSuffix("seed \(digits)") == true)
        }
    }

    @Test("A workflow in Lua gets and returns whole numbers of 64 bits")
    func scripts() async throws {
        let script = try await ScriptWorkflow(
            id: "next",
            source: Array(
                """
                return { inputs = { seed = { type = "integer" } }, run = function(inputs)
                  return { seed = inputs.seed, half = inputs.seed // 2, text = tostring(inputs.seed) }
                end }
                """.utf8))
        try await TestGateway.run(workflows: [script]) { gateway in
            let answer = try await result(of: "next", inputs: #"{"seed":15417283946501827364}"#, at: gateway)
            #expect(
                answer.json["data"]?["result"] == [
                    "seed": .unsigned(15_417_283_946_501_827_364), "half": 7_708_641_973_250_913_682,
                    "text": "15417283946501827364",
                ], "\(answer.text)")
        }
    }
}
