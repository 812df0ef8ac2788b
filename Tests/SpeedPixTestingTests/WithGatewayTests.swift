import Imaging
import SpeedPix
import SpeedPixGatewayTesting
import SpeedPixTesting
import Testing

@Suite("A gateway within a test")
struct WithGatewayTests {
    @Test("A run gives a real picture, and nothing answers afterwards")
    func picture() async throws {
        let client = try await withGateway { client in
            let done = try await client.run(
                "text-to-image", input: ["prompt": "a red kettle", "width": 96, "height": 64])
            let picture = try Image.open(bytes: try await client.files.read(done.files[0].url))
            #expect(picture.width == 96 && picture.height == 64)
            return client
        }
        var configuration = client.configuration
        configuration.retries.attempts = 1
        let after = SpeedPixClient(configuration)
        #expect(try await speedPixError { try await after.predictions.get("t-1") }.code == .network)
    }

    @Test("A workflow of the test's own runs, with its progress and its failure")
    func ownWorkflow() async throws {
        let script = """
            return {
              inputs = { text = { type = "string", required = true } },
              run = function(inputs, task)
                if inputs.text == "" then error("there is no text", 0) end
                return { text = inputs.text:upper() }
              end,
            }
            """
        try await withGateway(workflows: ["upper": script]) { client in
            #expect(try await client.run("upper", input: ["text": "shoe"]).output == ["text": "SHOE"])
            let error = try await speedPixError { try await client.run("upper", input: ["text": ""]) }
            #expect(error.code == .predictionFailed && error.message.contains("there is no text"))
        }
    }

    @Test("A fault strikes as it was written")
    func faults() async throws {
        let faults = #"{"rules": [{"call": "create", "fault": "reset_after", "times": 1}]}"#
        try await withGateway(faults: faults) { client in
            let error = try await speedPixError { try await client.run("echo", input: ["text": "a"]) }
            #expect(error.code == .unknownOutcome)
            #expect(try await client.run("echo", input: ["text": "b"]).output?["text"] == "b")
        }
    }

    @Test(
        "Faults and scripts that are not understood are errors",
        arguments: [("{}", [:]), (#"{"rules": []}"#, ["w": "return {}"]), (#"{"rules": []}"#, ["w": "nonsense("])])
    func notUnderstood(_ faults: String, _ workflows: [String: String]) async throws {
        let error = try await speedPixError {
            try await withGateway(workflows: workflows, faults: faults) { _ in }
        }
        #expect(error.code == .invalidArgument)
    }

    @Test("What the body throws is thrown on")
    func bodyThrows() async {
        struct Stop: Error {}
        await #expect(throws: Stop.self) { try await withGateway { _ in throw Stop() } }
    }
}
