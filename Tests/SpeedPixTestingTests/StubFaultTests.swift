import HTTPTypes
import SpeedPix
import SpeedPixTesting
import Testing

@Suite("Faults of a stub")
struct StubFaultTests {
    private let client: SpeedPixClient
    private let stub: StubTransport

    init() {
        (client, stub) = SpeedPixClient.stubbed()
        stub.on("poster", .succeed(output: ["text": "done"]))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fault: StubFault
        /// What a create ends with that is struck once; nil if it is repeated and works.
        var code: SpeedPixError.Code?
        /// How many predictions there are then.
        var predictions: Int
    }

    static let cases = [
        Case(testDescription: "a refused connection", fault: .refusedConnection, code: nil, predictions: 1),
        Case(testDescription: "a throttle", fault: .throttle(retryAfter: .seconds(40)), code: nil, predictions: 1),
        Case(testDescription: "a reset before", fault: .resetBefore, code: .unknownOutcome, predictions: 0),
        Case(testDescription: "a reset after", fault: .resetAfter, code: .unknownOutcome, predictions: 1),
        Case(testDescription: "HTTP 503", fault: .status(503), code: .unknownOutcome, predictions: 0),
        Case(
            testDescription: "a wrong signature", fault: .status(400, reason: "Invalid Signature"), code: .auth,
            predictions: 0),
        Case(testDescription: "a refusal", fault: .refusal("NoMoney", "no"), code: .apiError, predictions: 0),
        Case(testDescription: "a web page", fault: .garbage, code: .unknownOutcome, predictions: 0),
        Case(testDescription: "no answer in time", fault: .timeout, code: .unknownOutcome, predictions: 0),
        Case(testDescription: "half an answer", fault: .cutBody(after: 5), code: .unknownOutcome, predictions: 1),
    ]

    @Test("A create that is struck has the effect and the error of its fault", arguments: cases)
    func create(_ given: Case) async throws {
        stub.inject(given.fault, into: .create)
        if let code = given.code {
            let error = try await speedPixError { try await client.run("poster", input: [:]) }
            #expect(error.code == code)
            #expect(stub.callCount(of: .create) == 1)
        } else {
            #expect(try await client.run("poster", input: [:]).output == ["text": "done"])
            #expect(stub.callCount(of: .create) == 2)
        }
        #expect(stub.predictions.count == given.predictions)
        #expect(stub.unexpectedRequests.isEmpty)
    }

    @Test("A poll that is struck is made again, and the wait goes on", arguments: cases.filter { $0.code != .auth })
    func poll(_ given: Case) async throws {
        stub.on("poster", .progress(0.2), .fault(given.fault), .succeed(output: ["text": "done"]))
        #expect(try await client.run("poster", input: [:]).output == ["text": "done"])
        #expect(stub.predictions.first?.pollCount == 3)
    }

    @Test("A result that is struck is fetched again", arguments: cases.filter { $0.code != .auth })
    func result(_ given: Case) async throws {
        stub.inject(given.fault, into: .result)
        #expect(try await client.run("poster", input: [:]).output == ["text": "done"])
        #expect(stub.callCount(of: .result) == 2)
    }

    @Test("A fault for one workflow strikes no other, and as often as it says")
    func ofWorkflow() async throws {
        stub.on("card", .succeed())
        stub.inject(.refusal("NoMoney", "the account is empty"), into: .create, of: "poster", times: 2)
        _ = try await client.run("card", input: [:])
        for _ in 1...2 {
            let error = try await speedPixError { try await client.run("poster", input: [:]) }
            #expect(error.serviceCode == "NoMoney" && error.message == "the account is empty")
        }
        _ = try await client.run("poster", input: [:])
    }

    @Test("A fault for all calls never ends")
    func always() async throws {
        stub.inject(.refusedConnection, into: .create, times: .max)
        #expect(try await speedPixError { try await client.run("poster", input: [:]) }.code == .network)
        #expect(stub.callCount(of: .create) == RetryPolicy().attempts)
    }

    @Test("Silence ends when the client's time limit passes on the test's clock")
    func silence() async throws {
        let clock = ManualClock()
        let (client, stub) = SpeedPixClient.stubbed(clock: clock)
        stub.on("poster", .succeed())
        stub.inject(.silence, into: .create)
        async let outcome = speedPixError { try await client.run("poster", input: [:]) }
        await stub.waitForCalls(of: .create)
        await clock.waitForSleepers(1)
        clock.advance(by: SpeedPixClient.Configuration.defaultTimeout)
        #expect(try await outcome.code == .unknownOutcome)
        #expect(stub.predictions.isEmpty)
    }

    @Test("Silence ends when the task is cancelled")
    func silenceIsCancelled() async throws {
        stub.inject(.silence, into: .progress)
        let task = Task { [client] in try await client.run("poster", input: [:]) }
        await stub.waitForCalls(of: .progress)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(stub.predictions.count == 1)
    }

    @Test("A middleware's header is among what was sent")
    func requestsHaveHeaders() async throws {
        let (client, stub) = SpeedPixClient.stubbed(middleware: [Tagging()])
        stub.on("poster", .succeed())
        _ = try await client.run("poster", input: ["text": "a"])
        #expect(stub.requests.allSatisfy { $0.headers[.from] == "shop" && $0.method == .post })
        #expect(stub.requests.first?.json["inputs"] == ["text": "a"])
    }

    @Test("A path that a middleware has changed is not a call of the service")
    func wrongPath() async throws {
        let (client, stub) = SpeedPixClient.stubbed(middleware: [Misrouting()])
        stub.on("poster", .succeed())
        let error = try await speedPixError { try await client.run("poster", input: [:]) }
        #expect(error.message.contains("POST https://speedpix.test/elsewhere is no call of the service"))
        #expect(stub.unexpectedRequests.count == 1)
    }

    private struct Tagging: ClientMiddleware {
        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
        ) async throws -> TransportResponse {
            var request = request
            request.headers[.from] = "shop"
            return try await next(request)
        }
    }

    private struct Misrouting: ClientMiddleware {
        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
        ) async throws -> TransportResponse {
            var request = request
            request.url = StubTransport.endpoint + "/elsewhere"
            return try await next(request)
        }
    }
}
