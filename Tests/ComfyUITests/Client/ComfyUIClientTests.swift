import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import ComfyUI

@Suite("Calls of a server", .timeLimit(.minutes(1)))
struct ComfyUIClientTests {
    @Test("Every call goes to a path under /api, below the prefix")
    func paths() async throws {
        try await TestComfyUI.withRunning(prefix: "/comfy") { server in
            let client = try server.client()
            #expect(server.url.hasSuffix("/comfy"))
            let statistics = try await client.systemStats()
            #expect(statistics.version == "0.27.0")
            #expect(statistics.devices.first?.freeMemory == 20_000_000_000)
            #expect(try await client.features().maxUploadSize == 104_857_600)
            #expect(try await client.objectInfo()["SaveImage"]?["output_node"] == .bool(true))
            #expect(try await client.queue().pending.isEmpty)
            #expect(try await client.history(TestPrompts.id(1)) == nil)
            #expect(try await client.recentHistory(limit: 5).isEmpty)
            try await client.submit()
            try await client.removeFromQueue([TestPrompts.id(1)])
            try await client.interrupt(promptID: TestPrompts.id(1))
            #expect(try await client.cancelJob(TestPrompts.id(2)) == false)
            try await client.deleteHistory([TestPrompts.id(1)])
            try await client.free(unloadModels: true, freeMemory: true)
            #expect(try await !client.viewExists(ServerFile(filename: "a.png", folder: .input)))
            #expect(server.requests.count == 13)
            #expect(server.requests.allSatisfy { $0.contains(" /api/") })
        }
    }

    @Test("A server without /features: nothing that it can do")
    func withoutFeatures() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /features", .status(404))
            let features = try await server.client().features()
            #expect(features.maxUploadSize == nil)
        }
    }

    @Test("Headers are sent with every request, and are asked for if they are missing")
    func headers() async throws {
        try await TestComfyUI.withRunning { server in
            server.demandHeader("Authorization", "Bearer hush")
            let address = try ComfyUIServerAddress(server.url, headers: [.authorization: "Bearer hush"])
            _ = try await ComfyUIClient(address).systemStats()
            let error = try await #require(throws: ComfyUIError.self) { try await server.client().systemStats() }
            #expect(error.code == .refused)
            #expect(error.status == 401)
            #expect(error.remedy?.contains("headers file") == true)
        }
    }

    @Test("TLS: with the authority's certificate, and not without")
    func certificates() async throws {
        try await TestComfyUI.withRunning(isSecure: true) { server in
            try await withTemporaryFolder { folder in
                let path = try folder.write(TestCertificates.company, to: "ca.pem")
                let client = ComfyUIClient(try ComfyUIServerAddress(server.url, caFile: path))
                #expect(try await client.systemStats().version == "0.27.0")
                let error = try await #require(throws: ComfyUIError.self) { try await server.client().systemStats() }
                #expect(error.code == .unreachable)
                #expect(!error.mayHaveTakenEffect)
                #expect(error.message.contains("not trusted"))
            }
        }
    }

    // MARK: Failures

    @Test("No server: nothing was sent")
    func unreachable() async throws {
        let url = try await TestComfyUI.withRunning { $0.url }
        let client = ComfyUIClient(try ComfyUIServerAddress(url))
        let error = try await #require(throws: ComfyUIError.self) { try await client.submit() }
        #expect(error.code == .unreachable)
        #expect(!error.mayHaveTakenEffect)
        #expect(error.remedy != nil)
    }

    @Test(
        "Answers that are none",
        arguments: [
            (.status(500), .refused, true), (.status(502), .refused, true), (.status(429), .refused, false),
            (.status(404), .notFound, false), (.garbage, .malformed, true), (.redirect, .refused, false),
            (.large(20 << 20), .tooLarge, true), (.lostAnswer, .lostAnswer, true),
        ] as [(TestComfyUI.Fault, ComfyUIError.Code, Bool)])
    func faults(_ fault: TestComfyUI.Fault, _ code: ComfyUIError.Code, _ mayHaveTakenEffect: Bool) async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("POST /prompt", fault)
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) { try await client.submit() }
            #expect(error.code == code)
            #expect(error.mayHaveTakenEffect == mayHaveTakenEffect)
            #expect(error.message.contains(server.url))
            // Never a second time by itself.
            #expect(server.requests == ["POST /api/prompt"])
        }
    }

    @Test("What does not say what system it is, is not ComfyUI")
    func otherServer() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /system_stats", .status(404))
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) { try await client.systemStats() }
            #expect(error.code == .notFound && error.message.contains("what answers there is not ComfyUI"))
            #expect(error.remedy != nil)
        }
    }

    @Test("No answer: a time limit")
    func hang() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("POST /prompt", .hang)
            let clock = ManualClock()
            let client = try server.client(clock: clock)
            let submitted = Task { try await client.submit() }
            await server.waitForRequest("POST /api/prompt")
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(60))
            let error = try await #require(throws: ComfyUIError.self) { try await submitted.value }
            #expect(error.code == .timeout)
            #expect(error.mayHaveTakenEffect)
        }
    }

    @Test("An answer that stops in the middle: a time limit")
    func stall() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /object_info", .stalledAnswer)
            let clock = ManualClock()
            let client = try server.client(clock: clock)
            let classes = Task { try await client.objectInfo() }
            await server.waitForRequest("GET /api/object_info")
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(60))
            let error = try await #require(throws: ComfyUIError.self) { try await classes.value }
            #expect(error.code == .timeout)
        }
    }

    @Test("A cancelled task: CancellationError")
    func cancellation() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /queue", .hang)
            let client = try server.client(clock: ManualClock())
            let task = Task { try await client.queue() }
            await server.waitForRequest("GET /api/queue")
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("Classes beyond the limit: an error, not memory")
    func tooLarge() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /object_info", .large(3 << 20))
            var limits = ComfyUIClient.Limits()
            limits.largeBody = 2 << 20
            let client = try server.client(limits: limits)
            let error = try await #require(throws: ComfyUIError.self) { try await client.objectInfo() }
            #expect(error.code == .tooLarge)
            #expect(error.message.contains("2 MiB"))
        }
    }
}
