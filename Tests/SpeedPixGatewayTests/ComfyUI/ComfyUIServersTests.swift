import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Several servers of ComfyUI", .timeLimit(.minutes(2)))
struct ComfyUIServersTests {
    /// Two servers, whose prompts end when a test ends them, and a gateway that knows that both are up.
    private static func run(
        body: @escaping @Sendable (ComfyUIGateway, TestComfyUI, TestComfyUI) async throws -> Void
    ) async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { first in
            try await TestComfyUI.withRunning(isAutomatic: false) { second in
                try await LastingFolder.with { folder in
                    try await ComfyUIGateway.run([first, second], in: folder) { gateway in
                        try await gateway.publish(ComfyUIFixture.picture, "picture", from: first)
                        for server in [first, second] { await server.waitForTexts(1) }
                        try await gateway.advance { try await states(gateway).allSatisfy { $0["up"] == true } }
                        try await body(gateway, first, second)
                    }
                }
            }
        }
    }

    private static func states(_ gateway: ComfyUIGateway) async throws -> [JSONValue] {
        try await gateway.admin.call(.get, "servers").json["data"]?["servers"]?.arrayValue ?? []
    }

    @Test("Each has one prediction at a time, and the next one goes where one has ended")
    func placement() async throws {
        try await Self.run { gateway, first, second in
            var ids: [String] = []
            for seed in 1...3 {
                ids.append(try await gateway.gateway.create("picture", ["seed": .integer(Int64(seed))]))
            }
            await first.waitForPosts(1)
            await second.waitForPosts(1)
            second.finishNext()
            await second.waitForPosts(2)
            #expect(first.posted.count == 1)
            first.finishNext()
            second.finishNext()
            for id in ids { #expect(try await gateway.ended(id).status == .succeeded) }
        }
    }

    @Test("One without strangers' prompts is taken first")
    func strangers() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { first in
            _ = try await ComfyUIFixture.post(1, to: first)
            try await TestComfyUI.withRunning { second in
                try await LastingFolder.with { folder in
                    try await ComfyUIGateway.run([first, second], in: folder) { gateway in
                        try await gateway.publish(ComfyUIFixture.picture, "picture", from: first)
                        try await gateway.advance { try await Self.states(gateway).allSatisfy { $0["up"] == true } }
                        #expect(try await Self.states(gateway).first?["queue"]?["strangers"] == 1)
                        let id = try await gateway.gateway.create("picture")
                        #expect(try await gateway.ended(id).status == .succeeded)
                        #expect(second.posted.count == 1 && first.posted.count == 1)
                    }
                }
            }
        }
    }

    @Test("One that dies has its prediction run by the other one")
    func deadServer() async throws {
        try await Self.run { gateway, first, second in
            let id = try await gateway.gateway.create("picture")
            await first.waitForPosts(1)
            for route in ["GET /queue", "GET /history/*", "GET /system_stats", "GET /ws"] {
                first.fail(route, .status(500))
            }
            first.closeSockets(isClean: false)
            second.setAutomatic(true)
            let done = try await gateway.ended(id, step: .milliseconds(200))
            #expect(done.status == .succeeded, "\(done)")
            #expect(second.posted.count == 1)
            try await gateway.advance { try await Self.states(gateway).first?["up"] == false }
            // It comes back, and is used again.
            first.heal()
            first.setAutomatic(true)
            first.finishNext()
            try await gateway.advance { try await Self.states(gateway).first?["up"] == true }
        }
    }

    @Test("Nothing begins on one that is drained, until it is resumed")
    func drain() async throws {
        try await Self.run { gateway, first, second in
            let drained = try await gateway.admin.call(.post, "servers/1/drain")
            #expect(drained.json["data"]?["draining"] == true, "\(drained.text)")
            second.setAutomatic(true)
            for seed in 1...3 {
                let id = try await gateway.gateway.create("picture", ["seed": .integer(Int64(seed))])
                #expect(try await gateway.ended(id).status == .succeeded)
            }
            #expect(first.posted.isEmpty && second.posted.count == 3)
            try await gateway.admin.call(.post, "servers/1/resume")
            try await gateway.admin.call(.post, "servers/2/drain")
            _ = try await gateway.gateway.create("picture", ["seed": 9])
            await first.waitForPosts(1)
        }
    }

    @Test("The admin routes: versions and memory, a number that there is not, memory that is freed")
    func routes() async throws {
        try await Self.run { gateway, first, _ in
            let state = try #require(try await Self.states(gateway).first)
            #expect(state["version"] == "0.27.0" && state["url"]?.stringValue == first.url)
            #expect(ComfyUIServerState.line(state).contains("18.6 of 24 GiB free"), "\(ComfyUIServerState.line(state))")
            let unknown = try await gateway.admin.call(.post, "servers/3/drain")
            #expect(unknown.code == "ServerNotFound" && unknown.message.contains("1 to 2"), "\(unknown.text)")
            for number in ["0", "-1", "-9223372036854775808", "9223372036854775807"] {
                for action in ["drain", "free"] {
                    let answer = try await gateway.admin.call(.post, "servers/\(number)/\(action)")
                    #expect(answer.code == "ServerNotFound", "\(number): \(answer.text)")
                }
            }
            #expect(try await gateway.admin.call(.post, "servers/1/free").code == nil)
            #expect(first.requests.contains("POST /api/free"))
        }
    }

    @Test("A create of what no server could run is refused, by the class that is missing")
    func impossible() async throws {
        try await TestComfyUI.withRunning { server in
            try await LastingFolder.with { folder in
                try await ComfyUIGateway.run([server], in: folder) { gateway in
                    try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
                }
                let classes = try await ComfyUIClient(try ComfyUIServerAddress(server.url)).objectInfo()
                server.setClasses(.object((classes.objectValue ?? [:]).filter { $0.key != "TestSampler" }))
                try await ComfyUIGateway.run([server], in: folder) { gateway in
                    try await gateway.advance { try await Self.states(gateway).first?["up"] == true }
                    let answer = try await gateway.gateway.call(
                        .create, ["workflow_id": "picture", "alias_id": "main"])
                    #expect(answer.code == "NoServer", "\(answer.text)")
                    #expect(answer.message.contains("TestSampler") && answer.message.contains("Second pass"))
                }
            }
        }
    }

    @Test("Of servers that nobody has named, one that has never answered could run nothing that the others could not")
    func assumed() async throws {
        try await TestComfyUI.withRunning { absent in
            absent.fail("GET /system_stats", .status(503))
            try await TestComfyUI.withRunning { server in
                let classes = try await ComfyUIClient(try ComfyUIServerAddress(server.url)).objectInfo()
                server.setClasses(.object((classes.objectValue ?? [:]).filter { $0.key != "TestSampler" }))
                try await LastingFolder.with { folder in
                    try await ComfyUIGateway.run([absent, server], in: folder) {
                        $0.isAssumed = true
                    } body: { gateway in
                        try await gateway.publish(ComfyUIFixture.picture, "picture", from: absent)
                        try await gateway.advance { try await Self.states(gateway).last?["up"] == true }
                        let create: JSONValue = ["workflow_id": "picture", "alias_id": "main"]
                        #expect(try await gateway.gateway.call(.create, create).code == "NoServer")
                        // Started later.
                        absent.heal()
                        try await gateway.advance { try await Self.states(gateway).first?["up"] == true }
                        let done = try await gateway.ended(try await gateway.gateway.create("picture"))
                        #expect(done.status == .succeeded, "\(done)")
                        #expect(absent.posted.count == 1)
                    }
                }
            }
        }
    }

    @Test("While the only server is down predictions wait, and begin when it is up")
    func waitsForServer() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /system_stats", .status(503))
            try await LastingFolder.with { folder in
                try await ComfyUIGateway.run([server], in: folder) { gateway in
                    try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
                    let id = try await gateway.gateway.create("picture")
                    try await gateway.advance { try await Self.states(gateway).first?["problem"] != nil }
                    #expect(try await gateway.progress(id)["status"] == "waiting")
                    #expect(server.posted.isEmpty)
                    server.heal()
                    #expect(try await gateway.ended(id).status == .succeeded)
                }
            }
        }
    }

    /// A picture that is saved as it is made.
    private static let plain: JSONValue = [
        "1": ["class_type": "EmptyImage", "inputs": ["width": 8, "height": 8, "batch_size": 1, "color": 0]],
        "3": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "ComfyUI"]],
    ]

    @Test("Predictions that wait for a server which is down take no place of those that another one runs")
    func waitingTakesNoPlace() async throws {
        try await TestComfyUI.withRunning { down in
            down.fail("GET /system_stats", .status(503))
            try await TestComfyUI.withRunning { up in
                let classes = try await ComfyUIClient(try ComfyUIServerAddress(up.url)).objectInfo()
                up.setClasses(.object((classes.objectValue ?? [:]).filter { $0.key != "TestSampler" }))
                let configuration = ComfyUIConfiguration(
                    servers: [try ComfyUIServerAddress(down.url), try ComfyUIServerAddress(up.url)])
                try await LastingFolder.with { folder in
                    try await folder.run(
                        Gate(),
                        {
                            $0.comfyUIServers = configuration
                            $0.remoteWorkers = 1
                        }
                    ) { gateway in
                        let all = ComfyUIGateway(gateway: gateway, admin: try TestAdmin(gateway, folder))
                        try await all.publish(ComfyUIFixture.picture, "picture", from: down)
                        try await all.publish(Self.plain, "plain", inputs: ["width=1.width"], from: down)
                        try await all.advance { try await Self.states(all).last?["up"] == true }
                        for seed in 1...3 {
                            _ = try await gateway.create("picture", ["seed": .integer(Int64(seed))])
                        }
                        let done = try await all.ended(try await gateway.create("plain"))
                        #expect(done.status == .succeeded, "\(done)")
                        try await all.advance {
                            try await all.admin.call(.get, "status").json["data"]?["waiting"] == 3
                        }
                        #expect(down.posted.isEmpty)
                    }
                }
            }
        }
    }
}
