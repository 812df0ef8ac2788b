import ComfyUI
import Foundation
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("A gateway that is killed while it uses ComfyUI", .timeLimit(.minutes(5)))
struct ComfyUIKillTests {
    private static let rounds = 20
    private static let creates = 4

    private static let graph: JSONValue = [
        "1": ["class_type": "EmptyImage", "inputs": ["width": 8, "height": 8, "batch_size": 1, "color": 0]],
        "2": [
            "class_type": "TestSampler",
            "inputs": ["image": ["1", 0], "seed": 1, "steps": 4, "denoise": 1.0, "tiled": false],
        ],
        "3": ["class_type": "SaveImage", "inputs": ["images": ["2", 0], "filename_prefix": "ComfyUI"]],
    ]

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

    /// Creates predictions at a gateway that may end meanwhile; returns the ids of those that it has acknowledged.
    private static func create(at endpoint: String, seed: Int) async throws -> [String] {
        var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint)
        configuration.retries.attempts = 1
        let client = SpeedPixClient(configuration)
        var ids: [String] = []
        for number in 0..<creates {
            let input: [String: InputValue] = ["seed": .integer(Int64(seed + number))]
            if let id = try? await client.predictions.create("picture", input: input).id { ids.append(id) }
        }
        return ids
    }

    @Test("At 20 moments under load: what was acknowledged succeeds, and nothing is posted twice")
    func kills() async throws {
        let folder = try TestFolder()
        try folder.write(String(decoding: try Self.graph.encoded(), as: UTF8.self), to: "picture.json")
        try await TestComfyUI.withRunning { server in
            var generator = SeededGenerator(seed: 11)
            var acknowledged: [String] = []
            for round in 0..<Self.rounds {
                let (program, endpoint) = try Self.start(folder, server)
                if round == 0 {
                    let run = await CommandRun(
                        [
                            "workflows", "publish", "picture.json", "--id", "picture", "--alias", "main", "--input",
                            "seed=2.seed", "--output", "images=3.images", "--no-try", "--data", "data", "--comfyui",
                            server.url,
                        ], in: folder)
                    #expect(run.status == .success, "\(run.errors)")
                }
                let moment = generator.pick(["POST /api/prompt", "GET /api/view", "POST /api/history"])
                let count = server.requests.count { $0 == moment } + 1 + generator.below(Self.creates - 1)
                async let created = Self.create(at: endpoint, seed: 1 + round * Self.creates)
                await server.waitForRequest(moment, count: count)
                kill(program.identifier, SIGKILL)
                #expect(program.waitForEnd() == -SIGKILL)
                acknowledged += try await created
            }
            #expect(acknowledged.count > Self.rounds)
            let (program, endpoint) = try Self.start(folder, server)
            let wait = await CommandRun(
                ["jobs", "wait"] + acknowledged, in: folder, environment: TestService.environment(endpoint))
            #expect(wait.status == .success, "\(wait.errors)")
            let download = await CommandRun(
                ["jobs", "download", "--out", "results"] + acknowledged, in: folder,
                environment: TestService.environment(endpoint))
            #expect(download.status == .success, "\(download.errors)")
            let prefixes = server.posted.compactMap { $0.prompt["3"]?["inputs"]?["filename_prefix"]?.stringValue }
            #expect(prefixes.count == server.posted.count)
            // The folder is the prediction's own.
            #expect(Set(prefixes).count == prefixes.count)
            for id in acknowledged { #expect(prefixes.contains("speedpix/\(id)/ComfyUI"), "\(id)") }
            program.interrupt()
            _ = program.finish()
        }
    }
}
