import Foundation
import Logging
import SpeedPix
import SpeedPixGateway
import SpeedPixTestSupport
import Testing

/// The client against a gateway that misbehaves as the shipped examples say.
@Suite("A service with faults")
struct FaultyServiceTests {
    private func withService(_ example: String, body: @escaping @Sendable (SpeedPixClient) async throws -> Void)
        async throws
    {
        var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        configuration.clock = ImmediateClock()
        let file = URL(filePath: "\(TestFolder.repository)/examples/faults/\(example).json")
        configuration.faults = try FaultFile.rules(Array(Data(contentsOf: file)))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
            let client = SpeedPixClient(
                try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: running.endpoint),
                dependencies: ClientDependencies(clock: ImmediateClock()))
            try await body(client)
        }
    }

    /// Uploads, creates, polls, fetches and downloads; everything must come out as on a good day.
    @Test(
        "The client succeeds under the faults of the examples bad-day and wrong-clock",
        arguments: ["bad-day", "wrong-clock"])
    func exampleFaults(_ example: String) async throws {
        try await withService(example) { client in
            let picture = [UInt8](repeating: 7, count: 300_000)
            for number in 0..<10 {
                let done = try await client.run(
                    "echo", input: ["text": .string("\(number)"), "image": .bytes(picture, filename: "a.bin")])
                #expect(done.output?["text"] == .string("\(number)"))
                let file = try #require(done.files.first)
                #expect(try await client.files.read(file.url) == picture)
            }
        }
    }

    /// What the service did is in doubt, and the client does not do it again.
    @Test("The client reports a create in doubt under the faults of the example lost-answers")
    func aLostAnswerToACreateIsDoubt() async throws {
        try await withService("lost-answers") { client in
            let error = await #expect(throws: SpeedPixError.self) {
                for number in 0..<100 { _ = try await client.run("echo", input: ["text": .string("\(number)")]) }
            }
            #expect(error?.code == .unknownOutcome)
        }
    }
}
