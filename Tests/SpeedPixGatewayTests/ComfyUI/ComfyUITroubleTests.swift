import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Servers of ComfyUI that fail", .timeLimit(.minutes(2)))
struct ComfyUITroubleTests {
    /// Calls that hang are given up soon.
    private static func impatient(_ configuration: inout ComfyUIConfiguration) {
        configuration.callLimits.submit = .seconds(5)
        configuration.stallLimit = .seconds(20)
    }

    @Test("The answer of the post is lost: the prompt is found, and never posted again")
    func lostAnswer() async throws {
        try await ComfyUIGateway.run(isAutomatic: false, Self.impatient) { gateway, server in
            server.fail("POST /prompt", .lostAnswer, times: 1)
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            await server.waitForRequest("GET /api/queue", count: 2)
            server.finishNext()
            let done = try await gateway.ended(id)
            #expect(done.status == .succeeded, "\(done)")
            #expect(server.posted.count == 1)
        }
    }

    @Test(
        "A post that came to nothing: looked for twice, then posted again",
        arguments: [TestComfyUI.Fault.status(500), .garbage, .hang])
    func failedPost(_ fault: TestComfyUI.Fault) async throws {
        try await ComfyUIGateway.run(.summer2026, Self.impatient) { gateway, server in
            server.fail("POST /prompt", fault, times: 1)
            let done = try await gateway.ended(try await gateway.gateway.create("picture"))
            #expect(done.status == .succeeded, "\(done)")
            #expect(server.posted.count == 1)
            #expect(server.requests.count { $0 == "POST /api/prompt" } == 2)
            #expect(server.requests.count { $0.hasPrefix("GET /api/history/") } >= 2)
        }
    }

    @Test("A server that is started again with an empty queue: run once more, with another id")
    func restart() async throws {
        try await ComfyUIGateway.run(isAutomatic: false, Self.impatient) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            server.restart()
            server.setAutomatic(true)
            let done = try await gateway.ended(id)
            #expect(done.status == .succeeded, "\(done)")
            #expect(server.posted.count == 2)
            #expect(Set(server.posted.map(\.promptID)).count == 2)
            #expect(Set(server.posted.map(\.clientID)).count == 1)
        }
    }

    @Test("Half a frame: connected again with the same id, and the prompt goes on")
    func halfFrame() async throws {
        try await ComfyUIGateway.run(isAutomatic: false, Self.impatient) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            server.breakFrame()
            try await gateway.advance { server.requests.count { $0 == "GET /api/ws" } >= 2 }
            server.finishNext()
            let done = try await gateway.ended(id)
            #expect(done.status == .succeeded, "\(done)")
            #expect(server.posted.count == 1)
        }
    }

    @Test("No WebSocket at all: the history is asked")
    func noFrames() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            server.fail("GET /ws", .status(500))
            try await LastingFolder.with { folder in
                try await ComfyUIGateway.run([server], in: folder) { gateway in
                    try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
                    let id = try await gateway.gateway.create("picture")
                    await server.waitForPosts(1)
                    server.finishNext()
                    let done = try await gateway.ended(id)
                    #expect(done.status == .succeeded, "\(done)")
                    #expect(server.posted.count == 1)
                }
            }
        }
    }

    @Test("A history without the prompt, of which no frame came: run once more")
    func forgottenPrompt() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            server.fail("GET /ws", .status(500))
            try await LastingFolder.with { folder in
                try await ComfyUIGateway.run([server], in: folder) { gateway in
                    try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
                    let id = try await gateway.gateway.create("picture")
                    await server.waitForPosts(1)
                    server.finishNext()
                    server.forget(try #require(server.posted.first).promptID)
                    try await gateway.advance { server.posted.count == 2 }
                    server.finishNext()
                    let done = try await gateway.ended(id)
                    #expect(done.status == .succeeded, "\(done)")
                }
            }
        }
    }

    @Test("An output that is not there: run once more under another name, then failed")
    func missingOutput() async throws {
        try await ComfyUIGateway.run(isAutomatic: false, Self.impatient) { gateway, server in
            server.setLosingOutputs(true)
            let first = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            server.finishNext()
            await server.waitForPosts(2)
            server.setLosingOutputs(false)
            server.finishNext()
            #expect(try await gateway.ended(first).status == .succeeded)
            let prefixes = server.posted.map { $0.prompt["3"]?["inputs"]?["filename_prefix"]?.stringValue }
            #expect(prefixes == ["speedpix/\(first)/ComfyUI", "speedpix/\(first)-2/ComfyUI"])
            server.setLosingOutputs(true)
            server.setAutomatic(true)
            let second = try await gateway.ended(try await gateway.gateway.create("picture", ["seed": 99]))
            #expect(second.status == .failed)
            #expect(second.error?.contains("does not have the prompt's output") == true, "\(second)")
            #expect(server.posted.count == 4)
        }
    }

    @Test("A node that fails: failed at once, by node, title and class, without a traceback")
    func nodeFailure() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            let id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
            server.failNext(node: "2", message: "shapes do not match\nTraceback (most recent call last):\n  x")
            let done = try await gateway.ended(id)
            #expect(done.status == .failed)
            #expect(done.error == "node 2 (TestSampler, “Second pass”): shapes do not match", "\(done)")
            #expect(server.posted.count == 1)
        }
    }

    @Test("A node of which nothing is heard any more: stopped, run once more, then failed")
    func stall() async throws {
        try await ComfyUIGateway.run(isAutomatic: false, Self.impatient) { gateway, server in
            let done = try await gateway.ended(try await gateway.gateway.create("picture"))
            #expect(done.status == .failed)
            #expect(done.error?.contains("nothing was heard") == true, "\(done)")
            #expect(server.posted.count == 2)
            try await gateway.advance { server.queued.isEmpty }
        }
    }

    @Test("A prediction that takes longer than it may: failed, and stopped at the server")
    func timeLimit() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) {
            $0.timeLimit = .seconds(10)
        } body: { gateway, server in
            let done = try await gateway.ended(try await gateway.gateway.create("picture"))
            #expect(done.status == .failed)
            #expect(done.error == "it did not end within the time limit of 10 s", "\(done)")
            try await gateway.advance { server.queued.isEmpty }
            #expect(server.posted.count == 1)
        }
    }
}
