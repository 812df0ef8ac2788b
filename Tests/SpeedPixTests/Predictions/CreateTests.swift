import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Creates of predictions")
struct CreateTests {
    /// The one request of a create that worked.
    private func request(
        input: [String: InputValue] = ["text": "hello"], _ change: (inout CreateOptions) -> Void = { _ in }
    ) async throws -> RecordedRequest {
        var options = CreateOptions()
        change(&options)
        let service = try ScriptedService(.ok(["taskId": "t-1"]))
        _ = try await service.create(input, options: options)
        #expect(service.requests.count == 1)
        return try #require(service.requests.first)
    }

    @Test("A create sends the request that the protocol defines")
    func requestOfACreate() async throws {
        let request = try await request(input: ["text": "一幅山水画", "seed": 7])
        #expect(request.method == .post)
        #expect(request.url == "https://service.test/scc/comfy_prompt")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"alias_id":"main","inputs":{"seed":7,"text":"一幅山水画"},"workflow_id":"wf-1"}"#)
        #expect(request.timeout == .seconds(30))
        #expect(request.headers[.userAgent] == "speedpix-swift/\(SpeedPixVersion.current)")
        #expect(request.headers[.resourceConfigID] == nil)
    }

    @Test("A create signs the bytes that it sends")
    func signedBytes() async throws {
        let request = try await request(input: ["text": "grüße/\"\n"])
        let signer = RequestSigner(appKey: ScriptedService.appKey, secret: Secret(ScriptedService.appSecret))
        let signed = signer.headers(
            path: request.path, body: request.body, date: ManualDate().now, nonce: request.headers[.caNonce] ?? "")
        for field in signed { #expect(request.headers[field.name] == field.value) }
    }

    @Test("A create sends alias, version and flags as given")
    func aliasVersionAndFlagsAreSentAsGiven() async throws {
        let alias = try await request { $0.aliasID = "beta" }.json
        #expect(alias["alias_id"] == "beta")
        let version = try await request { $0.versionID = "v-2" }.json
        #expect(version["version_id"] == "v-2")
        #expect(version["alias_id"] == nil)
        let flags = try await request {
            $0.randomizeSeeds = false
            $0.returnTempFiles = true
        }.json
        #expect(flags["randomise_seeds"] == false)
        #expect(flags["return_temp_files"] == true)
        #expect(try await request().json.objectValue?.keys.sorted() == ["alias_id", "inputs", "workflow_id"])
    }

    @Test("A create sends the resources in a header in their order")
    func resourcesAreAHeaderInOrder() async throws {
        let request = try await request { $0.resourceConfigIDs = ["poolB", "poolA", "default"] }
        #expect(request.headers[.resourceConfigID] == "poolB,poolA,default")
    }

    @Test("Invalid arguments of create and get are refused before anything is sent")
    func invalidArguments() async throws {
        let service = try ScriptedService()
        var options = CreateOptions()
        options.aliasID = "main"
        options.versionID = "v-1"
        for operation in [
            { try await service.create(options: options) }, { try await service.predictions.create("", input: [:]) },
            { try await service.predictions.get("") },
        ] {
            let error = try await speedPixError { try await operation() }
            #expect(error.code == .invalidArgument)
        }
        #expect(service.requests.isEmpty)
    }

    static let spellings: [JSONValue] = [
        ["taskId": "t-9", "status": "WAITING", "estimatedDurationInSeconds": 12.5],
        ["task_id": "t-9", "status": "waiting", "estimated_duration_in_seconds": "12.5"],
    ]

    @Test("A create reads its answer in camel case and in snake case", arguments: spellings)
    func theAnswerIsReadInBothSpellings(_ data: JSONValue) async throws {
        let service = try ScriptedService(.ok(data))
        let prediction = try await service.create()
        #expect(prediction.id == "t-9")
        #expect(prediction.status == .waiting)
        #expect(prediction.estimatedDuration == .seconds(12.5))
        #expect(prediction.workflowID == "wf-1")
        #expect(prediction.input == ["text": "hello"])
        #expect(prediction.createdAt == service.date.now)
    }

    @Test("A create whose answer has no status returns a waiting prediction")
    func anAnswerWithoutAStatusIsAWaitingPrediction() async throws {
        let prediction = try await ScriptedService(.ok(["taskId": 17])).create()
        #expect(prediction.id == "17")
        #expect(prediction.status == .waiting)
        #expect(prediction.estimatedDuration == nil)
    }

    @Test("run fetches the result when the create already says succeeded")
    func aCreateThatAnswersSucceededFetchesItsResult() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1", "status": "succeeded"]), .result)
        let done = try await service.predictions.run("wf-1", input: [:])
        #expect(service.paths == ["/scc/comfy_prompt", "/scc/comfy_get_result"])
        #expect(done.output?["image"] == "https://cdn.test/a.png")
        #expect(done.files.map(\.url) == ["https://cdn.test/a.png"])
    }

    @Test("run calls onCreated with the prediction before it waits")
    func runTellsTheIDBeforeItWaits() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1"]), .progress("succeeded"), .result)
        let told = Counter()
        let options = RunOptions(onCreated: { prediction in
            #expect(prediction.id == "t-1")
            #expect(service.requests.count == 1)
            _ = told.next()
        })
        _ = try await service.predictions.run("wf-1", input: [:], options: options)
        #expect(told.next() == 2)
    }
}
