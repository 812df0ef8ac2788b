import ComfyUI
import Logging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Cancels at a server of ComfyUI", .timeLimit(.minutes(1)))
struct ComfyUICancelTests {
    private static let versions: [TestComfyUI.Version] = [.summer2026, .autumn2025]

    @Test("One that waits here is never posted, and says how many are before it")
    func waitingHere() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            let first = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            let second = try await gateway.gateway.create("picture", ["seed": 2])
            let third = try await gateway.gateway.create("picture", ["seed": 3])
            try await gateway.advance { try await gateway.progress(third)["lastQueueRemaining"] == 1 }
            #expect(try await gateway.progress(second)["status"] == "waiting")
            #expect(try await gateway.gateway.client.predictions.cancel(second).status == .canceled)
            server.finishNext()
            #expect(try await gateway.ended(first).status == .succeeded)
            await server.waitForPosts(2)
            server.finishNext()
            #expect(try await gateway.ended(third).status == .succeeded)
            #expect(server.posted.map { $0.prompt["2"]?["inputs"]?["seed"] } == [1, 3])
        }
    }

    @Test("One that waits there is taken out of the queue", arguments: versions)
    func waitingThere(_ version: TestComfyUI.Version) async throws {
        try await ComfyUIGateway.run(version, isAutomatic: false) {
            $0.predictionsPerServer = 2
        } body: {
            gateway, server in
            let stranger = try await ComfyUIFixture.post(1, to: server)
            let id = try await gateway.gateway.create("picture", ["seed": 2])
            await server.waitForPosts(2)
            #expect(try await gateway.gateway.client.predictions.cancel(id).status == .canceled)
            try await gateway.advance { server.queued == [stranger] }
            #expect(!server.requests.contains("POST /api/interrupt"))
        }
    }

    @Test("One that runs is stopped", arguments: versions)
    func running(_ version: TestComfyUI.Version) async throws {
        try await ComfyUIGateway.run(version, isAutomatic: false) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            let stranger = try await ComfyUIFixture.post(1, to: server)
            #expect(try await gateway.gateway.client.predictions.cancel(id).status == .canceled)
            try await gateway.advance { server.queued == [stranger] }
            // Its place is free, although the other one's prompt runs.
            let next = try await gateway.gateway.create("picture", ["seed": 5])
            try await gateway.advance { server.posted.count == 3 }
            server.finishNext()
            server.finishNext()
            #expect(try await gateway.ended(next).status == .succeeded)
        }
    }

    @Test("Stopped in ComfyUI's page: canceled, and not run again")
    func interrupted() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            server.interrupt()
            #expect(try await gateway.ended(id).status == .canceled)
            #expect(server.posted.count == 1)
        }
    }

    @Test("Canceled before it waits for a server: the server takes the next one")
    func canceledAtOnce() async throws {
        try await TestComfyUI.withRunning(classes: PublishingFixture.definitions.json) { server in
            try await withDirectory { directory in
                let address = try ComfyUIServerAddress(server.url)
                let configuration = ComfyUIConfiguration(servers: [address])
                let clock = ManualClock()
                let servers = ComfyUIServers(
                    [
                        ComfyUIServer(
                            number: 1, address: address, clientID: "gateway", configuration: configuration,
                            clock: clock, now: { Date(timeIntervalSince1970: 0) },
                            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
                    ], perServer: 1)
                await servers.start()
                #expect(await servers.firstStates().first?.isUp == true)
                let workflow = try PublishingFixture.published()
                let store = try await ObjectStore(directory: directory.string, uniqueName: { "name" })
                let prediction = ComfyUIPrediction(
                    BackendJob(
                        id: "first", workflow: workflow, inputs: [:], seeds: [],
                        scratch: ScratchDirectory(directory.appending("scratch"))),
                    of: workflow, progress: ReportedProgress(),
                    services: ComfyUIPrediction.Services(
                        servers: servers, records: PromptRecords(nil), configuration: configuration, store: store,
                        clock: clock))
                prediction.cancel()
                await #expect(throws: WorkflowCanceled.self) { try await prediction.run() }
                let (assigned, assign) = AsyncStream<String>.makeStream()
                try await servers.assign(
                    ComfyUIServers.Need(
                        prediction: "second", fitness: ServerFitness(workflow: workflow), chosen: [:]),
                    avoiding: [], progress: ReportedProgress()
                ) { assign.yield($0.id) }
                #expect(await assigned.first { _ in true } == address.text)
                await servers.close()
                #expect(server.posted.isEmpty)
            }
        }
    }

    @Test("Canceled right after their creates, one after the other: the next one runs")
    func canceledEarly() async throws {
        try await ComfyUIGateway.run { gateway, _ in
            for seed in 1...20 {
                let id = try await gateway.gateway.create("picture", ["seed": .integer(Int64(seed))])
                _ = try await gateway.gateway.client.predictions.cancel(id)
            }
            let last = try await gateway.gateway.create("picture", ["seed": 99])
            #expect(try await gateway.ended(last).status == .succeeded)
        }
    }
}
