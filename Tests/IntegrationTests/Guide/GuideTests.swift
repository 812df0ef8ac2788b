import Imaging
import Logging
import NIOCore
import SpeedPix
import SpeedPixJournal
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("The samples of the guide")
struct GuideTests {
    /// A stream of a few bytes in two chunks.
    private var chunks: AsyncStream<ByteBuffer> {
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
        continuation.yield(ByteBuffer(string: "first "))
        continuation.yield(ByteBuffer(string: "second"))
        continuation.finish()
        return stream
    }

    @Test("The guide's sample of the first run saves the picture")
    func firstRun() async throws {
        let lines = try await GuideSession.run { session in
            let result = "\(session.folder.path)/result.png"
            let process = Guide.ProcessInfo(
                environment: session.environment, arguments: ["shop", session.photo, result])
            try await Guide.$process.withValue(process) { try await Guide.firstRun() }
            let picture = try Image.open(path: result)
            #expect(try picture.color(x: 0, y: 0) == .white)
            #expect(picture.width >= 1024)
        }
        #expect(lines.count == 3 && lines[0].hasPrefix("saved as ") && lines[0].hasSuffix("/result.png"), "\(lines)")
        #expect(lines.last?.hasPrefix("URL: http://127.0.0.1:") == true)
        #expect(try Guide.credentials().appKey == "your-app-key")
    }

    @Test("The guide's samples of more ways to run print what they should")
    func moreWays() async throws {
        let chunks = chunks
        let lines = try await GuideSession.run { session in
            try await Guide.simplest(session.client)
            try await Guide.simplestFile(session.client, photo: session.photo)
            try await Guide.fullControl(
                session.client, photo: session.photo, chunks: chunks, mask: "https://cdn.example/mask.png")
            try await Guide.asynchronous(session.client)
            let prediction = try await session.client.predictions.create("echo", input: ["text": "hello"])
            try await Guide.updates(session.client, prediction)
        }
        #expect(lines[0].hasPrefix("[\"http://127.0.0.1:"), "\(lines)")
        #expect(lines[1] == "1")
        #expect(lines[2].contains("a complex scene") && lines[2].contains("style.png"), "\(lines)")
        #expect(lines[2].contains("https://cdn.example/mask.png"))
        #expect(lines[3].hasPrefix("created ") && lines[4].hasPrefix("output: "))
        #expect(lines.last == "succeeded 1.0")
    }

    @Test("The guide's samples of resources send the header of the chosen resource")
    func resources() async throws {
        let headers = Mutex<[String]>([])
        let lines = try await GuideSession.run { session in
            let watch = HeaderWatch { value in headers.withLock { $0.append(value) } }
            let client = SpeedPixClient(session.configuration, middleware: [watch])
            try await Guide.sharedResources(client)
            try await Guide.dedicatedResources(client)
            try await Guide.fallbackResources(client)
            try await Guide.createWithResource(client)
        }
        #expect(lines.count == 4 && lines[0] == "succeeded" && lines[1] == "succeeded")
        let dedicated = "your-dedicated-resource-id"
        #expect(headers.withLock { $0 } == ["none", dedicated, "pool-a,pool-b,default", dedicated])
    }

    /// Hears on which resources predictions are created.
    private struct HeaderWatch: ClientMiddleware {
        let hear: @Sendable (String) -> Void

        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: Next
        ) async throws -> TransportResponse {
            if operation == .create {
                let field = request.headers.first { $0.name.canonicalName == "x-sp-resource-config-id" }
                hear(field?.value ?? "none")
            }
            return try await next(request)
        }
    }

    @Test("The guide's sample of configuration prints no secret")
    func configuration() async throws {
        let output = Capture()
        try Guide.$output.withValue(output) {
            try Guide.configuration(
                ["SPEEDPIX_APP_KEY": "key-1", "SPEEDPIX_APP_SECRET": "hush"], transport: ScriptedTransport([]))
        }
        #expect(output.text.contains("https://custom-endpoint.example") && output.text.contains("key-1"))
        #expect(!output.text.contains("hush") && !output.text.contains("your-app-secret"))
    }

    @Test("The guide's samples of run and predictions work")
    func runAndPredictions() async throws {
        let lines = try await GuideSession.run { session in
            try await Guide.runOptions(session.client)
            try await Guide.runTyped(session.client)
            try await Guide.predictions(session.client)
            try await Guide.typedPrediction(session.client)
            let slow = try await session.client.predictions.create("echo", input: ["duration": 3600])
            try await Guide.cancel(session.client, slow.id)
            try await Guide.status(session.client, slow.id)
        }
        #expect(lines[0].hasPrefix("created "))
        #expect(lines.contains { $0.hasPrefix("hello ") })
        #expect(lines.contains("canceled"))
        #expect(lines.contains { $0.hasSuffix(" canceled") })
    }

    @Test("The guide's sample of a cancel says when the service cannot cancel")
    func cancelUnsupported() async throws {
        let transport = ScriptedTransport([.text("no such API", status: 404)])
        let client = try scripted(transport)
        let output = Capture()
        try await Guide.$output.withValue(output) { try await Guide.cancel(client, "t-1") }
        #expect(output.text == "this service cannot cancel; the prediction goes on\n")
    }

    @Test("The guide's samples of uploads and downloads work")
    func files() async throws {
        let chunks = chunks
        let lines = try await GuideSession.run { session in
            // It asks for the file once more after it was deleted.
            let error = await #expect(throws: SpeedPixError.self) {
                try await Guide.uploads(session.client, photo: session.photo, chunks: chunks)
            }
            #expect(error?.code == .apiError, "\(String(describing: error))")
            let folder = "\(session.folder.path)/results"
            try await Guide.downloads(session.client, folder: folder)
            #expect(session.folder.contents.filter { $0.hasPrefix("results/") }.count == 1)
        }
        #expect(lines[1].hasPrefix("http://127.0.0.1:") && lines[2].hasSuffix("image/jpeg"), "\(lines)")
        #expect(lines[4] == "12 9")
        #expect(lines[5].hasPrefix("http://127.0.0.1:"))
    }

    @Test("The guide's samples of errors print reason and code")
    func errors() async throws {
        let lines = try await GuideSession.run { try await Guide.errors($0.client) }
        #expect(lines[0] == "there is nothing in the picture failed", "\(lines)")
        #expect(lines[1].hasPrefix("api_error "))
    }

    @Test("The guide's samples of file types print the files' properties")
    func media() async throws {
        let lines = try await GuideSession.run { session in
            try await Guide.imageFile(session.client)
            try await Guide.videoFile(session.client, photo: session.photo)
            try await Guide.audioFile(session.client, photo: session.photo)
            try await Guide.documentFile(session.client, photo: session.photo)
            try await Guide.probe(session.client, environment: [:])
        }
        #expect(lines[0].hasPrefix("320 200 png "), "\(lines)")
        #expect(lines[1].contains("srgb") || lines[1].contains("unknown"))
        #expect(lines[2] == "1.6 false false true")
        #expect(lines[3...5] == ["5.0 seconds 24.0 mp4", "h264 true aac", "true false 1920x1080"])
        #expect(lines[6...7] == ["2.5 seconds mp3", "44100 128000 2"])
        #expect(lines[8...9] == ["3 en A. Writer", "undated"])
        #expect(lines[10].hasPrefix("srgb "))
    }

    @Test("The guide's samples of outputs decode what the workflow returns")
    func outputs() async throws {
        let lines = try await GuideSession.run { session in
            try await Guide.predefinedOutputs(session.client, photo: session.photo)
            try await Guide.userDefinedOutputs(session.client, photo: session.photo)
        }
        #expect(lines[0...1] == ["1 hello 1 1", "1 Half the price hello"], "\(lines)")
        #expect(lines[2] == "main.jpg 2 [\"model\": \"m-1\"] 1.5")
        #expect(lines[3...5] == ["1", "Half the price", "clip.mp4"])
        #expect(lines[6].contains("images is missing") && lines[6].contains("invalid_response"))
    }

    @Test("The guide's samples of scenarios make pictures and films")
    func scenarios() async throws {
        let lines = try await GuideSession.run { session in
            try await Guide.textToImage(session.client, folder: session.folder.path)
            let picture = try Image.open(path: "\(session.folder.path)/sunset.png")
            #expect(picture.width == 1024 && picture.height == 768)
            try await Guide.imageToImage(session.client, photo: session.photo)
            try await Guide.imageToVideo(session.client, photo: session.photo, folder: session.folder.path)
            #expect(try session.folder.read("clip.mp4") == session.folder.read("photo.jpg"))
            try await Guide.batch(session.client, prompts: ["a lake", "a city"])
            let one = try await session.client.predictions.create(
                "text-to-image", input: ["prompt": "a tree", "width": 256, "height": 256], as: ImageOutput.self)
            let failing = try await session.client.predictions.create(
                "echo", input: ["fail": "no"], as: ImageOutput.self)
            try await Guide.batchInOrder(session.client, [failing, one])
        }
        #expect(lines.first == "[\"oil.jpg\"]", "\(lines)")
        #expect(Set(lines[1...2]) == ["0 gave 1 pictures", "1 gave 1 pictures"])
        #expect(lines[3...4] == ["0", "1"])
    }

    @Test("The guide's samples of clients, logs and retries work")
    func advanced() async throws {
        let logged = Capture()
        let logger = Logger(label: "guide") { _ in CapturingLogHandler(capture: logged) }
        let lines = try await GuideSession.run { session in
            try await Guide.customHTTPClient(session.configuration)
            try await Guide.monitoring(session.client, input: ["text": "hello"], logger: logger)
            await #expect(throws: SpeedPixError.self) {
                try await Guide.monitoring(session.client, input: ["fail": "no subject"], logger: logger)
            }
            var configuration = session.configuration
            Guide.retryPolicy(&configuration)
            #expect(configuration.retries.attempts == 6)
            let client = Guide.logged(configuration)
            #expect(try await client.run("echo", input: [:]).status == .succeeded)
            let traced = Guide.traced(configuration, trace: "00-1-1-01", logger: logger)
            #expect(try await traced.run("echo", input: [:]).status == .succeeded)
        }
        #expect(lines == ["succeeded", "succeeded"])
        for text in ["running echo", "echo is done after", "echo failed after", "no subject", "create: HTTP 200"] {
            #expect(logged.text.contains(text), "\(logged.text)")
        }
    }

    private func scripted(
        _ transport: ScriptedTransport, clock: any Clock<Duration> = ContinuousClock()
    ) throws -> SpeedPixClient {
        SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
            dependencies: ClientDependencies(transport: transport, clock: clock))
    }

    @Test("The guide's retry loop creates one prediction though calls fail and waits time out")
    func retryLoopCreatesOnce() async throws {
        let asked = Atomic(0)
        let created = Atomic(0)
        // Nobody listens at first; then one create is taken, and the service stops telling of it for two waits.
        let transport = ScriptedTransport(
            [],
            then: .choosing { request in
                if request.path == "/scc/comfy_prompt" {
                    guard asked.add(1, ordering: .relaxed).newValue > 6 else { return .refusedConnection }
                    created.add(1, ordering: .relaxed)
                    return .ok(["taskId": "t-1", "status": "waiting"])
                }
                guard request.path == "/scc/comfy_get_progress" else {
                    return .ok(["taskId": "t-1", "status": "succeeded", "result": ["text": "hello"]])
                }
                let isOver = asked.add(1, ordering: .relaxed).newValue > 60
                return .ok(["taskId": "t-1", "status": isOver ? "succeeded" : "running"])
            })
        let clock = ImmediateClock(upTo: .seconds(16))
        let client = try scripted(transport, clock: clock)
        let options = RunOptions(wait: WaitOptions(timeout: .seconds(40), pollingInterval: .seconds(1)))
        let done = try await Guide.retry(client, clock: clock, options: options)
        #expect(done.id == "t-1" && done.output == ["text": "hello"])
        #expect(created.load(ordering: .relaxed) == 1)
    }

    @Test("The guide's durable run reuses the predictions of an interrupted run")
    func interruptedRunIsResumed() async throws {
        try await GuideSession.run { session in
            let state = session.folder.path + "/state"
            func run(_ items: [String]) async throws -> [String: Prediction] {
                try await Guide.durableRun(session.configuration, stateFolder: state, items)
            }
            // As if the program had died after two of them.
            let store = try JournalStore(folder: state)
            let description = RunDescription(
                script: "cards", folder: state, endpoint: session.configuration.endpoint,
                appKey: session.configuration.appKey)
            let first = try store.begin(description, seed: 0)
            var dependencies = ClientDependencies()
            dependencies.journal = first
            let client = SpeedPixClient(session.configuration, dependencies: dependencies)
            for item in ["a", "b"] { _ = try await client.run("echo", input: ["text": .string(item)]) }
            try await first.end(succeeded: false)
            let cards = try await run(["c", "b", "a"])
            #expect(cards.values.filter(\.isReused).count == 2 && cards["c"]?.isReused == false)
            #expect(cards["a"]?.output?["text"] == "a")
            let runs = try store.runs()
            #expect(runs.map(\.created) == [3] && runs.first?.isUnfinished == false)
        }
    }

    @Test("The guide's retry loop does not repeat a create in doubt")
    func retryLoopInDoubt() async throws {
        let transport = ScriptedTransport([.reset])
        let clock = ImmediateClock(upTo: .seconds(16))
        let error = await #expect(throws: SpeedPixError.self) {
            try await Guide.retry(try scripted(transport, clock: clock), clock: clock, options: RunOptions())
        }
        #expect(error?.code == .unknownOutcome)
        #expect(transport.requests.count == 1)
    }
}

/// Keeps what is logged.
private struct CapturingLogHandler: LogHandler {
    let capture: Capture
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        capture.append(Array("\(event.message)\n".utf8))
    }
}
