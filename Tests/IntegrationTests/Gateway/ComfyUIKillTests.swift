import ComfyUI
import Foundation
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

/// `speedpix serve` is killed again and again, while predictions are created, posted, fetched and written down.
///
/// `SPEEDPIX_GATEWAY_KILLS` says how often, and has the figures printed; `SPEEDPIX_GATEWAY_KILL_SEED` says what the moments are
/// drawn with.
@Suite("A gateway that is killed while it uses ComfyUI")
struct ComfyUIKillTests {
    private static let wanted = environment("SPEEDPIX_GATEWAY_KILLS")
    private static let kills = wanted ?? 20
    private static let seed = environment("SPEEDPIX_GATEWAY_KILL_SEED") ?? Int.random(in: 0..<1_000_000)
    /// Of each kind, at each gateway.
    private static let creates = 4
    /// What a picture takes at its server: it is posted, fetched and forgotten.
    private static let requests = ["POST /api/prompt", "GET /api/view", "POST /api/history"]

    private static let graph: JSONValue = [
        "1": ["class_type": "EmptyImage", "inputs": ["width": 8, "height": 8, "batch_size": 1, "color": 0]],
        "2": [
            "class_type": "TestSampler",
            "inputs": ["image": ["1", 0], "seed": 1, "steps": 4, "denoise": 1.0, "tiled": false],
        ],
        "3": ["class_type": "SaveImage", "inputs": ["images": ["2", 0], "filename_prefix": "ComfyUI"]],
    ]

    /// What gateways have acknowledged, by the ids of predictions.
    private struct Acknowledged: Sendable {
        var pictures: [String] = []
        var texts: [String: String] = [:]

        var ids: [String] { pictures + texts.keys.sorted() }
    }

    private static func environment(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// A gateway on the folder `data`, which listens.
    private static func start(
        _ folder: TestFolder, _ server: TestComfyUI
    ) throws -> (program: Subprocess, endpoint: String) {
        let program = try Subprocess(
            Subprocess.speedpix,
            [
                "serve", "--port", "0", "--data", "data", "--app-key", "key", "--app-secret", "secret", "--comfyui",
                server.url,
            ], folder: folder.path)
        let endpoint = try #require(program.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        return (program, String(endpoint))
    }

    private static func client(_ endpoint: String) throws -> SpeedPixClient {
        var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint)
        configuration.retries.attempts = 1
        return SpeedPixClient(configuration)
    }

    /// Creates predictions at a gateway that may end meanwhile.
    private static func create(at endpoint: String, round: Int) async throws -> Acknowledged {
        let client = try Self.client(endpoint)
        var acknowledged = Acknowledged()
        for number in 0..<creates {
            let seed = 1 + round * creates + number
            let input: [String: InputValue] = ["seed": .integer(Int64(seed))]
            if let id = try? await client.predictions.create("picture", input: input).id {
                acknowledged.pictures.append(id)
            }
            let text: [String: InputValue] = ["text": .string("text \(seed)")]
            if let id = try? await client.predictions.create("echo", input: text).id {
                acknowledged.texts[id] = "text \(seed)"
            }
        }
        return acknowledged
    }

    private static func publish(_ folder: TestFolder, _ server: TestComfyUI) async {
        let run = await CommandRun(
            [
                "workflows", "publish", "picture.json", "--id", "picture", "--alias", "main", "--input", "seed=2.seed",
                "--output", "images=3.images", "--no-try", "--data", "data", "--comfyui", server.url,
            ], in: folder)
        #expect(run.status == .success, "\(run.errors)")
    }

    /// Waits for a moment of a round: a request of one kind, or any.
    private static func wait(for server: TestComfyUI, _ random: inout SeededGenerator) async {
        // No more than come for certain.
        guard random.chance(75) else {
            return await server.waitForRequests(server.requests.count + 1 + random.below(creates * requests.count))
        }
        let request = random.pick(requests)
        let count = server.requests.count { $0 == request } + 1 + random.below(creates - 1)
        await server.waitForRequest(request, count: count)
    }

    @Test(
        "At random moments under load: what was acknowledged succeeds, and nothing is posted twice",
        .timeLimit(.minutes(kills > 20 ? 60 : 5)))
    func killed() async throws {
        let folder = try TestFolder()
        try folder.write(String(decoding: try Self.graph.encoded(), as: UTF8.self), to: "picture.json")
        try await TestComfyUI.withRunning { server in
            var random = SeededGenerator(seed: UInt64(bitPattern: Int64(Self.seed)))
            var acknowledged = Acknowledged()
            for round in 0..<Self.kills {
                let (program, endpoint) = try Self.start(folder, server)
                if round == 0 { await Self.publish(folder, server) }
                async let created = Self.create(at: endpoint, round: round)
                await Self.wait(for: server, &random)
                kill(program.identifier, SIGKILL)
                #expect(program.waitForEnd() == -SIGKILL)
                let more = try await created
                acknowledged.pictures += more.pictures
                acknowledged.texts.merge(more.texts) { $1 }
            }
            #expect(acknowledged.ids.count > Self.kills, "seed \(Self.seed)")
            let (program, endpoint) = try Self.start(folder, server)
            try await check(acknowledged, folder, server, endpoint)
            program.interrupt()
            _ = program.finish()
        }
    }

    /// At the last gateway: all of it has succeeded or does so, its files are whole, and nothing was posted twice.
    private func check(
        _ acknowledged: Acknowledged, _ folder: TestFolder, _ server: TestComfyUI, _ endpoint: String
    ) async throws {
        let comment: Comment = "seed \(Self.seed)"
        let wait = await CommandRun(
            ["jobs", "wait"] + acknowledged.ids, in: folder, environment: TestService.environment(endpoint))
        #expect(wait.status == .success, "\(comment): \(wait.errors)")
        let client = try Self.client(endpoint)
        for (id, text) in acknowledged.texts {
            let prediction = try await client.predictions.get(id)
            #expect(prediction.output?["text"] == .string(text), "\(comment): \(prediction)")
        }
        var whole = 0
        for id in acknowledged.pictures {
            let file = try #require(try await client.predictions.get(id).files.first, comment)
            let bytes = try await client.files.read(file.url)
            let saved = server.files.first { $0.key.hasPrefix("output/speedpix/\(id)/") }
            #expect(bytes == saved?.value, "\(comment): \(id)")
            whole += bytes == saved?.value ? 1 : 0
        }

        let prefixes = server.posted.compactMap { $0.prompt["3"]?["inputs"]?["filename_prefix"]?.stringValue }
        #expect(prefixes.count == server.posted.count, comment)
        // The folder is the prediction's own, and has a number behind its id in a second attempt.
        let folders = Set(prefixes.compactMap { $0.split(separator: "/").dropFirst().first.map { String($0) } })
        #expect(folders.count == prefixes.count && folders.allSatisfy { UUID(uuidString: $0) != nil }, comment)
        #expect(folders.isSuperset(of: acknowledged.pictures), comment)
        guard Self.wanted != nil else { return }
        print(
            "\(Self.kills) kills, \(comment): \(acknowledged.ids.count) predictions acknowledged;",
            "\(whole) of \(acknowledged.pictures.count) pictures whole;",
            "\(prefixes.count) prompts posted, of \(folders.count) predictions")
    }
}
