import SpeedPixTestSupport
import Testing

@testable import SpeedPix

@Suite("Inputs that nest deep")
struct InputDepthTests {
    private func nested(_ depth: Int, asJSON: Bool) -> InputValue {
        if asJSON {
            var value = JSONValue.integer(1)
            for level in 0..<depth { value = level.isMultiple(of: 2) ? .array([value]) : .object(["a": value]) }
            return .json(value)
        }
        var value = InputValue.json(.integer(1))
        for level in 0..<depth { value = level.isMultiple(of: 2) ? .array([value]) : .object(["a": value]) }
        return value
    }

    @Test("An input 10,000 levels deep is refused by its name and not sent", arguments: [true, false])
    func tooDeep(asJSON: Bool) async throws {
        let service = try ScriptedService()
        let input = ["prompt": InputValue.json("x"), "deep": nested(10_000, asJSON: asJSON)]
        for operation in ["create", "run"] {
            let error = try await speedPixError {
                _ =
                    operation == "create"
                    ? try await service.predictions.create("wf-1", input: input)
                    : try await service.predictions.run("wf-1", input: input)
            }
            #expect(error.code == .invalidArgument && error.message.contains("\"deep\" nests deeper than 256"))
        }
        #expect(service.requests.isEmpty)
    }

    @Test("An input 256 levels deep is sent", arguments: [true, false])
    func deepEnough(asJSON: Bool) async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1", "status": "waiting"]))
        _ = try await service.predictions.create("wf-1", input: ["deep": nested(256, asJSON: asJSON)])
        #expect(service.requests.count == 1)
    }
}
