import SpeedPix
import SpeedPixTesting
import Synchronization
import Testing

@Suite("Predictions at a stub")
struct StubPredictionTests {
    private let client: SpeedPixClient
    private let stub: StubTransport

    init() {
        (client, stub) = SpeedPixClient.stubbed()
    }

    @Test("A run gets the output that was set, and the stub has what was sent")
    func succeeds() async throws {
        stub.on("poster", .succeed(output: ["text": "Half the price"], info: "drawn", duration: .seconds(3)))
        let options = CreateOptions(
            aliasID: "beta", randomizeSeeds: true, returnTempFiles: false, resourceConfigIDs: ["a", "default"])
        let done = try await client.run("poster", input: ["size": 3], options: RunOptions(create: options))
        #expect(done.output == ["text": "Half the price"])
        #expect(done.info == "drawn")
        #expect(done.metrics.predictTime == .seconds(3))
        #expect(done.completedAt == stub.date.now)

        let created = try #require(stub.predictions.first)
        #expect(stub.predictions.count == 1)
        #expect(created.id == done.id)
        #expect(created.workflowID == "poster")
        #expect(created.input == ["size": 3])
        #expect(created.aliasID == "beta" && created.versionID == nil)
        #expect(created.randomizeSeeds == true && created.returnTempFiles == false)
        #expect(created.resourceConfigIDs == ["a", "default"])
        #expect(created.pollCount == 1 && !created.isCanceled)
        #expect(stub.requests.map(\.operation) == [.create, .progress, .result])
        #expect(stub.unexpectedRequests.isEmpty)
    }

    @Test("Each poll takes one step, and the client tells of each")
    func progress() async throws {
        stub.on(
            "poster", .waiting(queueLength: 3), .progress(0.25, eta: .seconds(9), node: "KSampler", message: "step 1"),
            .progress(0.75), .succeed())
        var seen: [Prediction] = []
        let prediction = try await client.predictions.create("poster", input: [:])
        for try await next in client.predictions.updates(of: prediction) { seen.append(next) }
        #expect(seen.map(\.status) == [.waiting, .running, .running, .succeeded])
        #expect(seen.map(\.progress.fraction) == [0, 0.25, 0.75, 1])
        #expect(seen.first?.progress.queueLength == 3)
        #expect(seen.dropFirst().first?.progress.eta == .seconds(9))
        #expect(seen.dropFirst().first?.progress.step == "KSampler")
        #expect(seen.last?.logs == "step 1\n")
        #expect(stub.predictions.first?.pollCount == 4)
    }

    @Test("A failed prediction is an error with the reason")
    func fails() async throws {
        stub.on("poster", .progress(0.5), .fail("no face was found"))
        let error = try await speedPixError { try await client.run("poster", input: [:]) }
        #expect(error.code == .predictionFailed)
        #expect(error.message == "no face was found")
        #expect(error.prediction?.id == stub.predictions.first?.id)
    }

    @Test("A prediction that the service cancels is an error")
    func isCanceledByService() async throws {
        stub.on("poster", .cancel)
        #expect(try await speedPixError { try await client.run("poster", input: [:]) }.code == .canceled)
        #expect(stub.predictions.first?.isCanceled == false)
    }

    @Test("A client cancels what has not ended, and not what has")
    func cancel() async throws {
        stub.on("poster", .progress(0.5))
        let running = try await client.predictions.create("poster", input: [:])
        #expect(try await client.predictions.cancel(running).status == .canceled)
        #expect(try await client.predictions.get(running.id).status == .canceled)
        #expect(stub.predictions.first?.isCanceled == true)

        stub.on("poster", .succeed(output: ["text": "done"]))
        let done = try await client.run("poster", input: [:])
        #expect(try await client.predictions.cancel(done.id).status == .succeeded)
        #expect(stub.predictions.last?.isCanceled == false)
    }

    @Test("A service without the call for cancelling is unsupported")
    func unsupportedCancel() async throws {
        stub.on("poster", .progress(0.5))
        stub.inject(.status(404), into: .cancel, times: .max)
        let running = try await client.predictions.create("poster", input: [:])
        #expect(try await speedPixError { try await client.predictions.cancel(running) }.code == .unsupported)
    }

    @Test("What is said for the next runs comes first, then what is said for all, then what is said for others")
    func precedence() async throws {
        stub.onOthers(.succeed(output: ["text": "other"]))
        stub.on("poster", .succeed(output: ["text": "always"]))
        stub.onNext("poster", .fail("first"))
        stub.onNext("poster", .succeed(output: ["text": "second"]))
        var texts: [String] = []
        for workflow in ["poster", "poster", "poster", "poster", "card"] {
            let text: String
            do {
                text = try await client.run(workflow, input: [:]).output?["text"]?.stringValue ?? "none"
            } catch let error as SpeedPixError {
                text = error.message
            }
            texts.append(text)
        }
        #expect(texts == ["first", "second", "always", "always", "other"])
    }

    @Test("Steps can follow from the input, and be made with the stub")
    func computedSteps() async throws {
        stub.on("echo") { [stub] created in
            [.succeed(output: ["file": stub.file("hello".utf8, named: "a.txt"), "input": .object(created.input)])]
        }
        let done = try await client.run("echo", input: ["text": "hello"])
        #expect(done.output?["input"] == ["text": "hello"])
        #expect(done.files.map(\.filename) == ["a.txt"])
    }

    @Test("An output is read as a type")
    func typedOutput() async throws {
        stub.on("poster", .succeed(output: ["images": [stub.file([1, 2, 3], named: "a.png")]]))
        let output = try await client.run("poster", input: [:], as: ImageOutput.self)
        #expect(try await output.images.first?.read() == [1, 2, 3])
    }

    @Test("A prediction that never ends ends the wait at its timeout, after as many polls as that takes")
    func timeout() async throws {
        stub.on("poster", .progress(0.5))
        let options = RunOptions(wait: WaitOptions(timeout: .seconds(60), pollingInterval: .seconds(20)))
        let error = try await speedPixError { try await client.run("poster", input: [:], options: options) }
        #expect(error.code == .timeout)
        #expect(stub.predictions.first?.pollCount == 4)
    }

    @Test("A prediction of an earlier program is found by its id")
    func addedPrediction() async throws {
        stub.add("t-7", of: "poster", .progress(0.5), .succeed(output: ["text": "done"]))
        #expect(try await client.predictions.get("t-7").status == .running)
        #expect(try await client.predictions.wait(for: Prediction(id: "t-7")).output == ["text": "done"])
        #expect(stub.predictions.isEmpty)
    }

    @Test("An id that nobody gave is refused by its name")
    func unknownID() async throws {
        let error = try await speedPixError { try await client.predictions.get("t-9") }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "TaskNotFound")
        #expect(error.message.contains("t-9"))
    }

    @Test("A workflow that nobody told of fails the create at once, and says what to do")
    func unknownWorkflow() async throws {
        let told = Mutex<[String]>([])
        let (client, stub) = SpeedPixClient.stubbed(
            stub: StubTransport { message in told.withLock { $0.append(message) } })
        let error = try await speedPixError { try await client.run("poster", input: [:]) }
        #expect(error.message.contains("nothing was said of the workflow \"poster\""))
        #expect(error.remedy?.contains("stub.on(\"poster\"") == true)
        #expect(stub.callCount(of: .create) == 1)
        #expect(stub.unexpectedRequests == ["nothing was said of the workflow \"poster\""])
        #expect(told.withLock { $0 } == ["StubTransport: nothing was said of the workflow \"poster\""])
    }

    @Test("Many predictions at once each get their own output")
    func concurrentRuns() async throws {
        stub.on("echo") { created in [.progress(0.5), .succeed(output: .object(created.input))] }
        let numbers = try await withThrowingTaskGroup(of: (Int64, JSONValue?).self) { group in
            for number in Int64(0)..<100 {
                group.addTask { [client] in
                    (number, try await client.run("echo", input: ["n": .integer(number)]).output?["n"])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.allSatisfy { $0.1 == .integer($0.0) })
        #expect(Set(stub.predictions.map(\.id)).count == 100)
    }
}
