import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Predictions read from answers")
struct AnswerTests {
    /// The prediction after one progress answer.
    private func polled(_ status: String, _ data: [String: JSONValue] = [:]) async throws -> Prediction {
        try await ScriptedService(.progress(status, data)).predictions.get("t-1")
    }

    /// The prediction after it has succeeded with this result.
    private func finished(_ result: JSONValue) async throws -> Prediction {
        try await ScriptedService(.progress("succeeded"), .ok(result)).wait()
    }

    @Test(
        "A status is read in each spelling",
        arguments: [
            ("waiting", Prediction.Status.waiting), ("WAITING", .waiting), ("starting", .waiting), ("queued", .waiting),
            ("running", .running), ("Processing", .running),
            ("succeeded", .succeeded), ("successed", .succeeded), ("SUCCESS", .succeeded), ("failed", .failed),
            ("canceled", .canceled), ("cancelled", .canceled),
        ])
    func everySpellingOfAStatus(word: String, status: Prediction.Status) {
        #expect(Prediction.Status(word: word) == status)
    }

    @Test("Only succeeded, failed and canceled are terminal")
    func terminalStatuses() {
        let words = ["waiting", "running", "paused", "", "succeeded", "failed", "canceled"]
        let ends = words.filter { Prediction.Status(word: $0).isTerminal }
        #expect(ends == ["succeeded", "failed", "canceled"])
    }

    @Test("A progress answer gives fraction, ETA, queue length, step and logs")
    func progressIsRead() async throws {
        let prediction = try await polled(
            "running",
            [
                "progress": 0.25, "etaRelative": 8, "message": "step 2", "lastQueueRemaining": 3,
                "state": ["nodeLabel": "KSampler", "step": 5, "maxSteps": 20],
            ])
        #expect(prediction.progress.fraction == 0.25)
        #expect(prediction.progress.eta == .seconds(8))
        #expect(prediction.progress.queueLength == 3)
        #expect(prediction.progress.step == "KSampler")
        #expect(prediction.logs == "step 2\n")
    }

    @Test("A progress answer may have snake case keys and numbers as text")
    func progressMayBeTextInSnakeCase() async throws {
        let prediction = try await polled(
            "running",
            [
                "progress": "0.5", "eta_relative": "1.5", "last_queue_remaining": "2", "state": ["node_label": "VAE"],
                "message": nil,
            ])
        #expect(prediction.progress.fraction == 0.5)
        #expect(prediction.progress.eta == .seconds(1.5))
        #expect(prediction.progress.queueLength == 2)
        #expect(prediction.progress.step == "VAE")
        #expect(prediction.logs.isEmpty)
    }

    @Test(
        "An ETA of zero or less, of text or of an absurd length is unknown",
        arguments: [0, "0", nil, -3, "soon", 1e300] as [JSONValue])
    func invalidETA(_ eta: JSONValue) async throws {
        #expect(try await polled("waiting", ["etaRelative": eta]).progress.eta == nil)
    }

    @Test("A duration of more than 30 days is unknown", arguments: [2_592_000_001, 1e12, -1, "1e300"] as [JSONValue])
    func absurdDurations(_ milliseconds: JSONValue) async throws {
        let done = try await finished([
            "status": "succeeded", "result": ["n": 3], "taskDuration": milliseconds,
            "taskEndTime": "9999-11-14T22:13:22Z",
        ])
        #expect(done.metrics.predictTime == nil)
        #expect(done.metrics.totalTime == nil)
        #expect(try await polled("waiting", ["lastQueueRemaining": 100_000_000]).progress.queueLength == nil)
        #expect(try await polled("waiting", ["etaRelative": 3_000_000]).progress.eta == nil)
    }

    @Test(
        "A fraction of the progress is limited to 0 to 1",
        arguments: [(7, 1), (-1, 0), ("NaN", 0), (nil, 0)] as [(JSONValue, Double)])
    func fractionIsClamped(value: JSONValue, fraction: Double) async throws {
        #expect(try await polled("running", ["progress": value]).progress.fraction == fraction)
    }

    @Test("A message that is repeated is in the logs once")
    func repeatedMessagesAreKeptOnce() async throws {
        let say: (String) -> ScriptedReply = { .progress("running", ["message": .string($0)]) }
        let done = try await ScriptedService(
            say("loading"), say("loading"), say("drawing"), .progress("succeeded"), .result
        ).wait()
        #expect(done.logs == "loading\ndrawing\n")
    }

    @Test("A result answer gives output, files, times and logs")
    func aResultIsRead() async throws {
        let done = try await finished([
            "status": "succeeded", "result": ["n": 3, "image": ["url": "https://cdn.test/a.png", "width": 8]],
            "images": ["https://cdn.test/old.png"], "info": "done well", "taskDuration": "1500",
            "taskBeginTime": 1_700_000_000_000, "taskEndTime": "2023-11-14T22:13:22Z", "imgsBytes": nil,
        ])
        #expect(done.output?["n"] == 3)
        #expect(done.files.map(\.width) == [8])
        #expect(done.progress.fraction == 1)
        #expect(done.metrics.predictTime == .seconds(1.5))
        #expect(done.startedAt?.timeIntervalSince1970 == 1_700_000_000)
        #expect(done.completedAt?.timeIntervalSince1970 == 1_700_000_002)
        #expect(done.logs == "done well\n")
    }

    static let fallbacks: [(JSONValue, [String])] = [
        (["images": ["https://cdn.test/a.png"]], ["https://cdn.test/a.png"]),
        (["result": nil, "images": ["https://cdn.test/a.png"]], ["https://cdn.test/a.png"]),
        (["status": "succeeded"], []),
        (["result": [:], "images": ["https://cdn.test/a.webp"]], ["https://cdn.test/a.webp"]),
        (["result": "", "images": ["https://cdn.test/a.webp"]], ["https://cdn.test/a.webp"]),
        (["result": [], "images": ["https://cdn.test/a.webp"]], ["https://cdn.test/a.webp"]),
        (["result": ["images": []], "images": ["https://cdn.test/a.webp"]], ["https://cdn.test/a.webp"]),
    ]

    @Test("A success without a result takes the images of the answer as its output", arguments: fallbacks)
    func imagesReplaceAMissingResult(data: JSONValue, urls: [String]) async throws {
        let done = try await finished(data)
        #expect(done.files.map(\.url) == urls)
        #expect(done.output != nil)
        #expect(done.succeededWithoutOutput == urls.isEmpty)
    }

    // MARK: The current image

    private static let archive = "https://cdn.test/out/model.zip?sig=1"

    @Test(
        "A success without outputs falls back on the current image of its progress",
        arguments: [["status": "succeeded", "result": [:], "images": []], ["status": "succeeded"]] as [JSONValue])
    func currentImageStandsInForAnEmptyResult(result: JSONValue) async throws {
        let done = try await ScriptedService(
            .progress("running", ["currentImage": "https://cdn.test/preview.png"]),
            .progress("succeeded", ["currentImage": .string(Self.archive)]), .ok(result)
        ).wait()
        #expect(done.output == ["images": [.string(Self.archive)]])
        #expect(done.files.map(\.filename) == ["model.zip"])
        #expect(!done.succeededWithoutOutput)
    }

    @Test("A named output comes before the current image")
    func aResultComesBeforeTheCurrentImage() async throws {
        let done = try await ScriptedService(
            .progress("succeeded", ["currentImage": "https://cdn.test/preview.png"]), .result
        ).wait()
        #expect(done.files.map(\.url) == ["https://cdn.test/a.png"])
        #expect(done.currentImage == "https://cdn.test/preview.png")
    }

    @Test("A success whose result is refused falls back on the current image", arguments: [true, false])
    func currentImageStandsInForARefusedResult(isWait: Bool) async throws {
        let service = try ScriptedService(
            .progress("succeeded", ["current_image": .string(Self.archive)]),
            then: .refusal("NoOutputs", "this workflow has no outputs"))
        let done = isWait ? try await service.wait() : try await service.predictions.get("t-1")
        #expect(done.status == .succeeded)
        #expect(done.files.map(\.url) == [Self.archive])
        #expect(done.completedAt != nil)
    }

    @Test("A current image that is not a URL is ignored", arguments: ["", "iVBORw0KGgo=", nil, 7] as [JSONValue])
    func aCurrentImageIsAURL(value: JSONValue) async throws {
        #expect(try await polled("running", ["currentImage": value]).currentImage == nil)
    }

    // MARK: A success without output

    @Test("A success without any output says so in its info", arguments: [nil, "the safety filter took it"])
    func aSuccessWithoutOutputSaysSo(told: String?) async throws {
        let done = try await finished([
            "status": "succeeded", "result": ["image": ""], "info": told.map { .string($0) } ?? .null,
        ])
        #expect(done.succeededWithoutOutput)
        #expect(done.output == ["image": ""])
        #expect(done.info?.stringValue?.contains(told ?? "no output") == true)
    }

    @Test("A result of false or a number is an output", arguments: [false, 0, 0.5] as [JSONValue])
    func dataIsAnOutput(value: JSONValue) async throws {
        let done = try await finished([
            "status": "succeeded", "result": ["value": value], "images": ["https://x.test/a"],
        ])
        #expect(done.output == ["value": value])
        #expect(!done.succeededWithoutOutput)
        #expect(done.info == nil)
    }
}
