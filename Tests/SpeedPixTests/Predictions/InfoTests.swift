import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("The info of a prediction")
struct InfoTests {
    private struct Declared: Decodable, Sendable, Equatable {
        var text: String
        var info: String?
    }

    private struct Detailed: Decodable, Sendable {
        var info: [String: String]
    }

    private struct Undeclared: Decodable, Sendable, Equatable {
        var text: String
    }

    private func done(_ result: JSONValue, info: JSONValue) async throws -> (ScriptedService, Prediction) {
        let service = try ScriptedService(
            .progress("succeeded"), .ok(["status": "succeeded", "result": result, "info": info]))
        return (service, try await service.wait())
    }

    private func decoded<Output: Decodable & Sendable>(
        _ result: JSONValue, info: JSONValue, as type: Output.Type
    ) async throws -> Output {
        let service = try ScriptedService(
            .ok(["taskId": "t-1"]), .progress("succeeded"),
            .ok(["status": "succeeded", "result": result, "info": info]))
        return try await service.predictions.run("workflow", input: [:], as: type).output
    }

    @Test("The info of a prediction is kept unchanged and is not an output")
    func kept() async throws {
        let (_, prediction) = try await done(["text": "a"], info: ["message": "well done", "steps": 20])
        #expect(prediction.info == ["message": "well done", "steps": 20])
        #expect(prediction.output == ["text": "a"])
        #expect(try await done(["text": "a"], info: nil).1.info == nil)
    }

    @Test(
        "A declared info of text is filled with the text or the message",
        arguments: [
            ("well done", "well done"), (["message": "well done"], "well done"), (nil, nil),
        ] as [(JSONValue, String?)])
    func filled(info: JSONValue, text: String?) async throws {
        let output = try await decoded(["text": "a"], info: info, as: Declared.self)
        #expect(output == Declared(text: "a", info: text))
    }

    @Test("A declared info of an object type is filled with the members")
    func filledWithMembers() async throws {
        let output = try await decoded(["text": "a"], info: ["message": "well done"], as: Detailed.self)
        #expect(output.info == ["message": "well done"])
        let many = try await decoded(["text": "a"], info: ["message": "well done", "node": "n"], as: Detailed.self)
        #expect(many.info == ["message": "well done", "node": "n"])
    }

    @Test("An output named info is not replaced by the service's info")
    func ownOutput() async throws {
        let output = try await decoded(["text": "a", "info": "mine"], info: "the service's", as: Declared.self)
        #expect(output.info == "mine")
    }

    @Test("An info that does not fit the declared type is left out")
    func misfits() async throws {
        let output = try await decoded(["text": "a"], info: ["steps": 20], as: Declared.self)
        #expect(output == Declared(text: "a", info: nil))
    }

    @Test("An output type without info does not get any")
    func undeclared() async throws {
        #expect(try await decoded(["text": "a"], info: "told", as: Undeclared.self) == Undeclared(text: "a"))
        #expect(try await decoded(["text": "a"], info: "told", as: CustomResult.self) == ["text": "a"])
        #expect(try await decoded(["text": "a"], info: "told", as: [String: String].self) == ["text": "a"])
        #expect(try await decoded(["text": "a"], info: "told", as: JSONValue.self) == ["text": "a"])
    }

    @Test("An output that does not decode is reported with its own fields")
    func misfitOfTheOutput() async throws {
        let error = try await speedPixError {
            try await decoded(["texts": "a"], info: "told", as: Declared.self)
        }
        #expect(error.code == .invalidResponse)
        #expect(error.remedy?.contains("there is texts") == true)
    }

    @Test("A failed prediction whose progress says canceled is reported as canceled")
    func canceled() async throws {
        let service = try ScriptedService(
            .progress("failed", ["canceled": true, "message": "the prediction was canceled"]),
            .refusal("TaskCanceled", "the prediction was canceled"))
        let error = try await speedPixError { try await service.wait() }
        #expect(error.code == .canceled)
        #expect(error.prediction?.status == .canceled)
        let failed = try ScriptedService(.progress("failed", ["canceled": false]), .refusal("E1", "out of memory"))
        #expect(try await speedPixError { try await failed.wait() }.code == .predictionFailed)
    }
}
