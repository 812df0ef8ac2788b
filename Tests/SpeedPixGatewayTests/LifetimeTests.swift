import Logging
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

@Suite("Start and end of the gateway")
struct LifetimeTests {
    private struct Unexpected: Error {}

    @Test("The gateway cancels running predictions when it ends")
    func runningPredictionsAreCancelledAtTheEnd() async throws {
        let gate = Gate()
        try await TestGateway.run(
            workflows: [GatedWorkflow(id: "held", isComputing: false, gate: gate), EchoWorkflow()]
        ) { gateway in
            _ = try await gateway.client.predictions.create("held", input: ["name": "a"])
            _ = try await gateway.echo(["duration": 3600])
            await gate.waitForStarts(1)
            await gateway.clock.waitForSleepers(1)
        }
    }

    @Test("The gateway ends while uploads and downloads hang", .timeLimit(.minutes(1)))
    func transfersThatHangDoNotHoldUpTheEnd() async throws {
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let never = AsyncStream<ByteBuffer> {
            ask.yield()
            let (forever, _) = AsyncStream<ByteBuffer>.makeStream()
            return await forever.first { _ in true }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await TestGateway.run { gateway in
                // An upload whose bytes do not come, and a download that nobody reads.
                let urls = try await gateway.signUpload()
                group.addTask {
                    _ = try? await gateway.send(
                        .put, urls.upload, headers: [.contentType: "text/plain"],
                        body: .stream(length: 100, AnyByteStream(never)))
                }
                _ = await asked.first { _ in true }
                let large = try await gateway.client.files.upload(
                    .bytes([UInt8](repeating: 0, count: 64 << 20), filename: "large.bin"))
                let response = try await AsyncHTTPTransport.shared.send(
                    TransportRequest(method: .get, url: large.url, timeout: .seconds(600)))
                #expect(response.status == .ok)
                group.addTask {
                    let (forever, _) = AsyncStream<Void>.makeStream()
                    _ = await forever.first { _ in true }
                    withExtendedLifetime(response) {}
                }
            }
            group.cancelAll()
        }
    }

    @Test("An error of the body is thrown by the gateway's run")
    func bodyErrorIsThrown() async throws {
        await #expect(throws: Unexpected.self) {
            try await TestGateway.run { _ in throw Unexpected() }
        }
    }

    @Test("The gateway ends and frees its port when its caller is cancelled")
    func aCancelledCallerEndsTheGateway() async throws {
        let (endpoints, started) = AsyncStream<String>.makeStream()
        let task = Task {
            try await TestGateway.run { gateway in
                started.yield(gateway.endpoint)
                let (never, _) = AsyncStream<Void>.makeStream()
                for await _ in never {}
                try Task.checkCancellation()
            }
        }
        let endpoint = try #require(await endpoints.first { _ in true })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Its port is free again.
        let port = try #require(endpoint.split(separator: ":").last.flatMap { Int($0) })
        try await TestGateway.run(with: configured { $0.port = port }) { gateway in
            #expect(gateway.endpoint == endpoint)
        }
    }

    /// Connections that come while the caller is being cancelled are answered, not forgotten.
    @Test("The gateway answers calls of a cancelled caller until the body ends")
    func aCancelledCallersGatewayServesUntilTheBodyEnds() async throws {
        let task = Task {
            try await TestGateway.run { gateway in
                withUnsafeCurrentTask { $0?.cancel() }
                // A task of its own is not cancelled.
                let answer = try await Task { try await gateway.call(.progress, ["taskId": "nope"]) }.value
                #expect(answer.code == "TaskNotFound")
            }
        }
        try await task.value
    }

    @Test("The gateway reports a port that is in use as a configuration error")
    func portInUse() async throws {
        try await TestGateway.run { gateway in
            let port = try #require(gateway.endpoint.split(separator: ":").last.flatMap { Int($0) })
            let error = await #expect(throws: SpeedPixError.self) {
                try await TestGateway.run(with: configured { $0.port = port }) { _ in }
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("127.0.0.1:\(port): Address already in use") == true)
        }
    }

    @Test("The gateway reports a data directory that it cannot make as a configuration error")
    func unusableDataDirectory() async throws {
        try await withDirectory { directory in
            let file = directory.appending("file")
            _ = try await FileSystem.shared.withFileHandle(
                forWritingAt: file, options: .newFile(replaceExisting: false)
            ) {
                try await $0.write(contentsOf: [1], toAbsoluteOffset: 0)
            }
            let error = await #expect(throws: SpeedPixError.self) {
                try await TestGateway.run(with: configured { $0.dataDirectory = file.appending("data").string }) { _ in
                }
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("Not a directory") == true)
        }
    }

    @Test("The gateway answers with 500 when it cannot store an upload, and goes on")
    func brokenStore() async throws {
        try await withDirectory { directory in
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                let urls = try await gateway.signUpload()
                try await FileSystem.shared.removeItem(
                    at: directory.appending("speedpix-gateway/incoming"), strategy: .sequential, recursively: true)
                let answer = try await gateway.send(
                    .put, urls.upload, headers: [.contentType: "text/plain"], body: .bytes([1]))
                #expect(answer.status == 500)
                #expect(answer.code == "StorageError")
                #expect(answer.message.contains("No such file or directory"))
                let health = try await gateway.send(.get, "/health")
                #expect(health.status == 200)
            }
        }
    }

    @Test("An unexpected error of a workflow fails only its own prediction")
    func anUnexpectedErrorFailsOnlyItsPrediction() async throws {
        struct Exploding: LocalWorkflow {
            let id = "exploding"
            let title = "Fails"
            let inputs: [WorkflowInput] = []
            let estimatedDuration: Duration = .zero
            let isComputing = true

            func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
                throw Unexpected()
            }
        }
        try await TestGateway.run(workflows: [Exploding(), EchoWorkflow()]) { gateway in
            let failed = try await gateway.ended(gateway.client.predictions.create("exploding", input: [:]).id)
            #expect(failed.status == .failed)
            #expect(failed.error == "the workflow exploding failed unexpectedly: Unexpected()")
            let echoed = try await gateway.ended(gateway.echo([:]).id)
            #expect(echoed.status == .succeeded)
        }
    }

    @Test("A workflow returns files from memory and from its scratch folder")
    func outputFiles() async throws {
        struct Making: LocalWorkflow {
            let id = "making"
            let title = "Makes files"
            let inputs: [WorkflowInput] = []
            let estimatedDuration: Duration = .zero
            let isComputing = false

            func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
                let path = FilePath(try await task.scratchDirectory()).appending("made.txt")
                _ = try await FileSystem.shared.withFileHandle(
                    forWritingAt: path, options: .newFile(replaceExisting: false)
                ) { try await $0.write(contentsOf: "from disk".utf8, toAbsoluteOffset: 0) }
                return WorkflowResult(
                    outputs: [
                        "one": .file(
                            WorkflowOutputFile(
                                .bytes(Array("from memory".utf8)), filename: "one.png", mimeType: "image/png",
                                facts: ["width": 3, "height": 2])),
                        "many": .files([
                            WorkflowOutputFile(.path(path.string), filename: "made.txt", mimeType: "text/plain")
                        ]),
                    ], info: ["note": "two files", "count": 2])
            }
        }
        try await TestGateway.run(workflows: [Making()]) { gateway in
            let done = try await gateway.ended(gateway.client.predictions.create("making", input: [:]).id)
            #expect(done.output?["one"]?["width"] == 3)
            #expect(done.output?["one"]?["type"] == "image")
            #expect(done.output?["many"]?.arrayValue?.count == 1)
            #expect(done.info == ["note": "two files", "count": "2"])
            #expect(done.output?["info"] == nil)
            var texts: [String] = []
            for file in done.files {
                texts.append(String(decoding: try await gateway.client.files.read(file.url), as: UTF8.self))
            }
            #expect(texts == ["from disk", "from memory"])
            let raw = try await gateway.call(.result, ["taskId": .string(done.id)]).json["data"]
            #expect(raw?["images"]?.arrayValue?.count == 1)
            #expect(raw?["info"] == ["note": "two files", "count": "2"])
        }
    }
}
