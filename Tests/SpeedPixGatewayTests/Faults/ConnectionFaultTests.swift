import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOPosix
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Faults that break the connection")
struct ConnectionFaultTests {
    private func run(_ rules: FaultRule..., body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.run(with: configured { $0.faults = rules }, body: body)
    }

    /// What arrives of an answer, and how its body ended.
    private func receive(
        _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: TransportRequest.Body = .none
    ) async throws -> (status: Int, announced: String?, bytes: [UInt8], error: (any Error)?) {
        let response = try await AsyncHTTPTransport.shared.send(
            TransportRequest(method: method, url: url, headers: headers, body: body, timeout: .seconds(60)))
        var bytes: [UInt8] = []
        do {
            for try await chunk in response.body { bytes.append(contentsOf: chunk.readableBytesView) }
            return (response.status.code, response.headers[.contentLength], bytes, nil)
        } catch {
            return (response.status.code, response.headers[.contentLength], bytes, error)
        }
    }

    @Test("A reset_before fault resets the connection without an answer")
    func resetBeforeAnAnswer() async throws {
        try await run(FaultRule(.resetBefore, on: [.progress], times: 1)) { gateway in
            let error = await #expect(throws: TransportError.self) {
                try await gateway.call(.progress, ["taskId": "nope"])
            }
            #expect(error?.mayHaveReachedService == true)
            #expect(error?.message.contains("reset by peer") == true, "\(String(describing: error?.cause))")
            // The gateway goes on, on a new connection.
            let next = try await gateway.call(.progress, ["taskId": "nope"])
            #expect(next.code == "TaskNotFound")
        }
    }

    /// Event loops that can be shut down are no place to wait.
    @Test("The transport offers an executor only if its event loops are never shut down")
    func executorOfTheTransport() async throws {
        #expect(AsyncHTTPTransport.shared.taskExecutor(for: .progress) != nil)
        #expect(AsyncHTTPTransport.shared.taskExecutor(for: .upload) == nil)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let http = HTTPClient(eventLoopGroup: group)
        #expect(AsyncHTTPTransport(http).taskExecutor(for: .progress) == nil)
        try await http.shutdown()
        try await group.shutdownGracefully()
    }

    @Test("A create under reset_before is not carried out, and one under reset_after is")
    func resetBeforeAndAfterCreate() async throws {
        let gate = Gate()
        try await TestGateway.run(
            workflows: [GatedWorkflow(id: "held", isComputing: false, gate: gate)],
            with: configured {
                $0.faults = [
                    FaultRule(.resetBefore, on: [.create], times: 1),
                    FaultRule(.resetAfter, on: [.create], after: 1, times: 1),
                ]
            }
        ) { gateway in
            for name in ["lost", "doubtful"] {
                let error = await #expect(throws: SpeedPixError.self) {
                    try await gateway.client.predictions.create("held", input: ["name": .string(name)])
                }
                #expect(error?.code == .unknownOutcome)
            }
            await gate.waitForStarts(1)
            _ = try await gateway.create("held", ["name": "third"])
            await gate.waitForStarts(2)
            #expect(gate.started == ["doubtful", "third"])
        }
    }

    @Test("An upload under reset_before is not stored, and one under reset_after is")
    func resetBeforeAndAfterUpload() async throws {
        try await run(
            FaultRule(.resetBefore, on: [.upload], times: 1), FaultRule(.resetAfter, on: [.upload], after: 1, times: 1)
        ) { gateway in
            let bytes = [UInt8](repeating: 7, count: 4 << 20)
            var there: [Int] = []
            for _ in 0..<2 {
                let urls = try await gateway.signUpload()
                await #expect(throws: TransportError.self) {
                    try await gateway.send(
                        .put, urls.upload, headers: [.contentType: "text/plain"], body: .bytes(bytes))
                }
                there.append(try await gateway.send(.get, urls.access).status)
            }
            #expect(there == [404, 200])
        }
    }

    @Test(
        "A cut_body fault sends fewer bytes than the answer announces",
        arguments: [Fault.Cut.bytes(0), .bytes(3), .fraction(0.5)])
    func cutAnswer(_ cut: Fault.Cut) async throws {
        try await run(FaultRule(.cutBody(cut), on: [.progress])) { gateway in
            let url = gateway.endpoint + Route.progress.rawValue
            let body = Array(#"{"taskId":"nope"}"#.utf8)
            let answer = try await receive(
                .post, url, headers: gateway.signed(Route.progress.rawValue, body), body: .bytes(body))
            let announced = try #require(answer.announced.flatMap { Int($0) })
            #expect(announced > 100)
            #expect(answer.status == 200)
            #expect(answer.error is TransportError)

            let sent = try await RawExchange(
                .post, url, headers: gateway.signed(Route.progress.rawValue, body), sending: body)
            switch cut {
            case .bytes(let count): #expect(sent.body.count == count)
            case .fraction: #expect(sent.body.count == announced / 2)
            }
        }
    }

    @Test("A cut_body fault cuts a large download at the given byte")
    func aLargeDownloadIsCutInTheMiddle() async throws {
        try await run(FaultRule(.cutBody(.bytes(5_000_001)), on: [.download], times: 2)) { gateway in
            let content = [UInt8](repeating: 1, count: 4_000_000) + [UInt8](repeating: 2, count: 4_000_000)
            let file = try await gateway.client.files.upload(.bytes(content, filename: "large.bin"))
            let sent = try await RawExchange(.get, file.url)
            #expect(sent.head.lowercased().contains("content-length: 8000000\r\n"))
            let isSame = sent.body == Array(content.prefix(5_000_001))
            #expect(isSame, "\(sent.body.count) bytes")
            // How much of it a client still hands on is its own affair.
            let answer = try await receive(.get, file.url)
            let isStart = answer.bytes == Array(content.prefix(answer.bytes.count)) && answer.bytes.count <= 5_000_001
            #expect(isStart, "\(answer.bytes.count) bytes")
            #expect(answer.error is TransportError)
            let whole = try await gateway.send(.get, file.url).bytes == content
            #expect(whole)
        }
    }

    @Test("A cut_body fault on an answer without a body announces one and sends none")
    func cutEmptyBody() async throws {
        try await run(FaultRule(.cutBody(.bytes(10)), on: [.upload], times: 1)) { gateway in
            let urls = try await gateway.signUpload()
            let answer = try await receive(
                .put, urls.upload, headers: [.contentType: "text/plain"], body: .bytes([1]))
            #expect(answer.announced == "11")
            #expect(answer.bytes.isEmpty)
            #expect(answer.error is TransportError)
            #expect(try await gateway.send(.head, urls.access).status == 200)
        }
    }

    @Test("A slow_body fault sends the body in pieces with pauses")
    func aSlowBodyComesInPieces() async throws {
        try await run(FaultRule(.slowBody(bytesPerWrite: 4, pause: .seconds(3)), on: [.download])) { gateway in
            let file = try await gateway.client.files.upload(.bytes(Array("0123456789".utf8), filename: "a.txt"))
            let response = try await AsyncHTTPTransport.shared.send(
                TransportRequest(method: .get, url: file.url, timeout: .seconds(60)))
            #expect(response.headers[.contentLength] == "10")
            var body = response.body.makeAsyncIterator()
            for piece in ["0123", "4567", "89"] {
                // The next one does not come before its time.
                await gateway.clock.waitForSleepers(1)
                #expect(try await body.next().map { String(buffer: $0) } == piece)
                gateway.clock.advance(by: .seconds(3))
            }
            #expect(try await body.next() == nil)
        }
    }

    @Test("The gateway ends while delay and slow_body faults are waiting", .timeLimit(.minutes(1)))
    func faultsThatWaitDoNotHoldUpTheEnd() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await run(
                FaultRule(.delay(.seconds(3600)), on: [.progress]),
                FaultRule(.slowBody(bytesPerWrite: 1, pause: .seconds(3600)), on: [.result])
            ) { gateway in
                for route in [Route.progress, .result] {
                    group.addTask { _ = try? await gateway.call(route, ["taskId": "nope"]) }
                }
                await gateway.clock.waitForSleepers(2)
            }
            try await group.waitForAll()
        }
    }

    @Test("The client reports a network error for a download whose body never comes")
    func cutDownload() async throws {
        try await run(FaultRule(.cutBody(.bytes(0)), on: [.download])) { gateway in
            let file = try await gateway.client.files.upload(.bytes(Array("0123456789".utf8), filename: "a.txt"))
            let error = await #expect(throws: SpeedPixError.self) { try await gateway.client.files.read(file.url) }
            #expect(error?.code == .network)
        }
    }
}
