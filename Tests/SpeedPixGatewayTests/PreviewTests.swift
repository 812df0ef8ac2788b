import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Previews of workflows on this machine")
struct PreviewTests {
    /// Shows what it is given, and waits to be let go.
    private struct Showing: LocalWorkflow {
        let id = "showing"
        let title = "Shows bytes"
        let inputs = [WorkflowInput("first_byte", .integer, isRequired: true)]
        let estimatedDuration: Duration = .zero
        let isComputing = false
        let gate: Gate

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            task.preview([UInt8(clamping: inputs["first_byte"]?.integerValue ?? 0), 0xD8, 0xFF, 0xE0])
            try await gate.hold("shown")
            return WorkflowResult(outputs: ["text": .data("done")])
        }
    }

    private func currentImage(_ id: String, _ gateway: TestGateway) async throws -> String? {
        try await gateway.call(.progress, ["taskId": .string(id)]).json["data"]?["currentImage"]?.stringValue
    }

    @Test("A picture is the current image while the workflow runs, and nothing afterwards")
    func picture() async throws {
        let gate = Gate()
        try await TestGateway.run(workflows: [Showing(gate: gate)]) { gateway in
            let id = try await gateway.create("showing", ["first_byte": 255])
            await gate.waitForStarts(1)
            let url = try #require(try await currentImage(id, gateway))
            let answer = try await gateway.send(.get, url)
            #expect(answer.status == 200 && answer.bytes == [0xFF, 0xD8, 0xFF, 0xE0])
            #expect(answer.headers[.contentType] == "image/jpeg")
            // A URL is good as long as those of results are, and some minutes more.
            gateway.date.advance(by: .seconds(2 * 3600))
            #expect(try await gateway.send(.get, url).status == 403)
            gate.open("shown")
            let done = try await gateway.ended(id)
            #expect(done.currentImage == nil && done.preview == nil, "\(done)")
            #expect(try await currentImage(id, gateway) == nil)
        }
    }

    @Test("What is no picture is not shown")
    func noPicture() async throws {
        let gate = Gate()
        try await TestGateway.run(workflows: [Showing(gate: gate)]) { gateway in
            let id = try await gateway.create("showing", ["first_byte": 1])
            await gate.waitForStarts(1)
            #expect(try await currentImage(id, gateway) == nil)
            gate.open("shown")
            _ = try await gateway.ended(id)
        }
    }
}
