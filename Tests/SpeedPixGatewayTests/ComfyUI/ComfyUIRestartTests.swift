import ComfyUI
import GRDB
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Gateways that are started again while a server of ComfyUI runs", .timeLimit(.minutes(1)))
struct ComfyUIRestartTests {
    /// A server and a folder for gateways one after the other.
    private static func run(
        isAutomatic: Bool = false,
        body: @escaping @Sendable (TestComfyUI, LastingFolder) async throws -> Void
    ) async throws {
        try await TestComfyUI.withRunning(isAutomatic: isAutomatic) { server in
            try await LastingFolder.with { try await body(server, $0) }
        }
    }

    /// Publishes, and creates a prediction that is posted when the first gateway ends.
    private static func begun(_ server: TestComfyUI, _ folder: LastingFolder) async throws -> String {
        var id = ""
        try await ComfyUIGateway.run([server], in: folder) { gateway in
            try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
            id = try await gateway.gateway.create("picture")
            await server.waitForPosts(1)
        }
        return id
    }

    @Test("A prompt that still runs is taken up by its id, with the same client id, and not posted again")
    func stillRunning() async throws {
        try await Self.run { server, folder in
            let id = try await Self.begun(server, folder)
            #expect(server.queued.count == 1)
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                try await gateway.advance { try await gateway.progress(id)["status"] == "running" }
                server.finishNext()
                let done = try await gateway.ended(id)
                #expect(done.status == .succeeded, "\(done)")
                #expect(!(try await gateway.bytes(of: done)).isEmpty)
            }
            #expect(server.posted.count == 1)
            #expect(try await folder.statuses() == ["succeeded"])
        }
    }

    @Test("A prompt at a server that is not named any more is taken up by a gateway for which nobody has named any")
    func unnamedServer() async throws {
        try await Self.run { server, folder in
            let id = try await Self.begun(server, folder)
            try await TestComfyUI.withRunning { other in
                try await ComfyUIGateway.run([other], in: folder) {
                    $0.isAssumed = true
                } body: { gateway in
                    try await gateway.advance { try await gateway.progress(id)["status"] == "running" }
                    server.finishNext()
                    let done = try await gateway.ended(id)
                    #expect(done.status == .succeeded, "\(done)")
                }
                #expect(other.posted.isEmpty && server.posted.count == 1)
            }
        }
    }

    @Test("A prompt that has ended meanwhile is fetched")
    func endedMeanwhile() async throws {
        try await Self.run { server, folder in
            let id = try await Self.begun(server, folder)
            server.finishNext()
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                let done = try await gateway.ended(id)
                #expect(done.status == .succeeded, "\(done)")
                await server.waitForRequest("POST /api/history")
            }
            #expect(server.posted.count == 1)
            #expect(server.remembered.isEmpty)
        }
    }

    @Test("A prompt that was written down and never sent is looked for twice, and sent with the same id")
    func neverSent() async throws {
        try await Self.run(isAutomatic: true) { server, folder in
            server.fail("POST /prompt", .hang)
            var id = ""
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                try await gateway.publish(ComfyUIFixture.picture, "picture", from: server)
                id = try await gateway.gateway.create("picture")
                await server.waitForRequest("POST /api/prompt")
            }
            server.heal()
            let recorded = try await folder.sql { try String.fetchAll($0, sql: "SELECT prompt FROM comfyui_prompt") }
            #expect(recorded.count == 1)
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                let done = try await gateway.ended(id)
                #expect(done.status == .succeeded, "\(done)")
            }
            #expect(server.posted.map(\.promptID) == recorded)
        }
    }

    @Test("A prompt of a prediction that was canceled right before the end is stopped by the next gateway")
    func leftover() async throws {
        try await Self.run { server, folder in
            let id = try await Self.begun(server, folder)
            // As after a kill between the end that was written down and the call that stops it.
            try await folder.sql { database in
                try database.execute(
                    sql: "UPDATE prediction SET status = 'canceled', outputs = '{}', ended = created WHERE id = ?",
                    arguments: [id])
            }
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                try await gateway.advance { server.queued.isEmpty }
                try await gateway.advance {
                    try await folder.sql { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM comfyui_prompt") } == 0
                }
            }
            #expect(server.posted.count == 1)
        }
    }

    @Test("A stop that a server does not carry out: not forgotten, and done by the next gateway")
    func failedStop() async throws {
        try await Self.run { server, folder in
            let id = try await Self.begun(server, folder)
            let prompt = try #require(server.queued.first)
            try await folder.sql { database in
                try database.execute(
                    sql: "UPDATE prediction SET status = 'canceled', outputs = '{}', ended = created WHERE id = ?",
                    arguments: [id])
            }
            server.fail("POST /jobs/*/cancel", .status(500))
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                // The second one when the server is looked at.
                try await gateway.advance {
                    server.requests.count { $0 == "POST /api/jobs/\(prompt)/cancel" } >= 2
                }
            }
            #expect(try await folder.sql { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM comfyui_prompt") } == 1)
            server.heal()
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                try await gateway.advance { server.queued.isEmpty }
                try await gateway.advance {
                    try await folder.sql { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM comfyui_prompt") } == 0
                }
            }
        }
    }

    @Test("Where predictions are not kept, what runs is stopped with the gateway")
    func notKept() async throws {
        try await Self.run { server, folder in
            let configuration = ComfyUIConfiguration(servers: [try ComfyUIServerAddress(server.url)])
            try await folder.run(
                Gate(),
                {
                    $0.comfyUIServers = configuration
                    $0.keepsPredictions = false
                }
            ) { gateway in
                let all = ComfyUIGateway(gateway: gateway, admin: try TestAdmin(gateway, folder))
                try await all.publish(ComfyUIFixture.picture, "picture", from: server)
                _ = try await gateway.create("picture")
                await server.waitForPosts(1)
            }
            #expect(server.queued.isEmpty)
        }
    }

    @Test("A picture of elsewhere that is not there any more: its prompt is taken up all the same, and nothing fetched")
    func expiredInput() async throws {
        try await TestComfyUI.withRunning { files in
            files.addFile("input/shoe.png", TestPNG.pixel(1))
            try await Self.run { server, folder in
                var id = ""
                try await Self.runFetching([server], from: files, in: folder) { gateway in
                    try await gateway.publish(
                        ComfyUIFixture.loaded, "loaded", inputs: ["image=1.image"], outputs: ["images=2.images"],
                        from: server)
                    let url = "\(files.url)/api/view?filename=shoe.png&type=input"
                    id = try await gateway.gateway.create("loaded", ["image": .string(url)])
                    await server.waitForPosts(1)
                }
                files.removeFile("input/shoe.png")
                server.finishNext()
                try await Self.runFetching([server], from: files, in: folder) { gateway in
                    let done = try await gateway.ended(id)
                    #expect(done.status == .succeeded, "\(done)")
                }
                #expect(server.posted.count == 1)
                #expect(files.requests.count { $0 == "GET /api/view" } == 1)
            }
        }
    }

    /// A gateway that fetches inputs from one place.
    private static func runFetching(
        _ servers: [TestComfyUI], from files: TestComfyUI, in folder: LastingFolder,
        body: (ComfyUIGateway) async throws -> Void
    ) async throws {
        let configuration = ComfyUIConfiguration(servers: try servers.map { try ComfyUIServerAddress($0.url) })
        let policy = try #require(FetchPolicy(allowing: ["127.0.0.1:\(files.port)"]))
        try await folder.run(
            Gate(),
            {
                $0.comfyUIServers = configuration
                $0.fetching = policy
            },
            body: { gateway in
                try await body(ComfyUIGateway(gateway: gateway, admin: try TestAdmin(gateway, folder)))
            })
    }

    @Test("A prediction whose workflow is gone: failed, and its prompt stopped")
    func goneWorkflow() async throws {
        try await Self.run { server, folder in
            let id = try await Self.begun(server, folder)
            try await folder.sql { database in
                try database.execute(sql: "DELETE FROM alias; DELETE FROM version")
            }
            try await ComfyUIGateway.run([server], in: folder) { gateway in
                let done = try await gateway.ended(id)
                #expect(done.status == .failed, "\(done)")
                try await gateway.advance { server.queued.isEmpty }
                try await gateway.advance {
                    try await folder.sql { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM comfyui_prompt") } == 0
                }
            }
        }
    }
}
