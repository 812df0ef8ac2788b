import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Faults that change the answer")
struct FaultTests {
    private func run(_ rules: FaultRule..., body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.run(with: configured { $0.faults = rules }, body: body)
    }

    private func progress(_ gateway: TestGateway) async throws -> TestGateway.Answer {
        try await gateway.call(.progress, ["taskId": "nope"])
    }

    @Test("A status fault answers with its reason, body and Retry-After")
    func statusFault() async throws {
        try await run(
            FaultRule(.status(503, reason: "Backend Unavailable", body: "try later", retryAfter: "7"), times: 1)
        ) { gateway in
            let struck = try await progress(gateway)
            #expect(struck.status == 503)
            #expect(struck.headers[.caErrorMessage] == "Backend Unavailable")
            #expect(struck.headers[.retryAfter] == "7")
            #expect(struck.headers[.date] == "Tue, 14 Nov 2023 22:13:20 GMT")
            #expect(struck.text == "try later")
            #expect(try await progress(gateway).code == "TaskNotFound")
        }
    }

    @Test("A status fault has neither body nor error header")
    func statusFaultHasNoBody() async throws {
        try await run(FaultRule(.status(502), on: [.progress])) { gateway in
            let struck = try await progress(gateway)
            #expect(struck.status == 502)
            #expect(struck.bytes.isEmpty)
            #expect(struck.headers[.caErrorMessage] == nil)
        }
    }

    @Test(
        "A status fault strikes before the call is carried out, or after it if processed is set",
        arguments: [false, true])
    func statusFaultProcessed(_ isProcessed: Bool) async throws {
        let made = Mutex(0)
        try await TestGateway.run(
            with: configured {
                $0.faults = [FaultRule(.status(504, isProcessed: isProcessed), on: [.signUpload])]
                $0.uniqueName = {
                    made.withLock {
                        $0 += 1
                        return "name-\($0)"
                    }
                }
            }
        ) { gateway in
            let before = made.withLock { $0 }
            let struck = try await gateway.call(.signUpload, ["contentType": "a/b"])
            #expect(struck.status == 504)
            // The request's id and the object's key.
            #expect(made.withLock { $0 } - before == (isProcessed ? 2 : 0))
        }
    }

    @Test("The client gets its result in spite of 502s, a reset and a throttle")
    func clientRetries() async throws {
        try await run(
            FaultRule(.status(502), on: [.progress], times: 2), FaultRule(.resetBefore, on: [.result], times: 1),
            FaultRule(.throttle(), on: [.create], times: 1)
        ) { gateway in
            let done = try await gateway.client.predictions.run("echo", input: ["text": "hello"])
            #expect(done.output?["text"] == "hello")
        }
    }

    @Test("A throttle fault answers as the service does, with the given status and Retry-After")
    func throttleFault() async throws {
        try await run(
            FaultRule(.throttle(by: "APP", retryAfter: "3"), times: 1), FaultRule(.throttle(status: 429), times: 1)
        ) { gateway in
            let user = try await progress(gateway)
            #expect(user.status == 403)
            #expect(user.headers[.caErrorMessage] == "Throttled by APP Flow Control")
            #expect(user.headers[.retryAfter] == "3")
            let plain = try await progress(gateway)
            #expect(plain.status == 429)
            #expect(plain.headers[.caErrorMessage] == nil)
        }
    }

    @Test("A duplicate_nonce fault answers as for a used nonce")
    func duplicateNonceFault() async throws {
        try await run(FaultRule(.duplicateNonce, times: 1)) { gateway in
            let struck = try await progress(gateway)
            #expect(struck.status == 400)
            #expect(struck.headers[.caErrorMessage] == "Nonce Used")
        }
    }

    @Test("An envelope fault answers with both codes, and the client reports the sub-code")
    func envelopeFault() async throws {
        try await run(
            FaultRule(
                .envelope(
                    code: "SystemError", message: "out of order", subCode: "ComfyDown", subMessage: "no workers",
                    httpStatus: 200))
        ) { gateway in
            let struck = try await progress(gateway)
            #expect(struck.status == 200)
            #expect(struck.json["status"] == 20)
            #expect(struck.code == "SystemError")
            #expect(struck.json["subErrCode"] == "ComfyDown")
            #expect(struck.json["apiInvokeId"]?.stringValue == struck.headers[.caRequestID])
            let error = await #expect(throws: SpeedPixError.self) { try await gateway.client.predictions.get("x") }
            #expect(error?.serviceCode == "ComfyDown")
            #expect(error?.message == "no workers")
        }
    }

    @Test("A garbage fault answers with its bytes, and a create is then in doubt")
    func garbageFault() async throws {
        let bytes: [UInt8] = [0x80, 0xFE, 0xFF] + Array("<html>".utf8)
        try await run(FaultRule(.garbage(bytes), on: [.create])) { gateway in
            let struck = try await gateway.call(.create, ["workflow_id": "echo", "alias_id": "main"])
            #expect(struck.status == 200)
            #expect(struck.bytes == bytes)
            let error = await #expect(throws: SpeedPixError.self) { try await gateway.echo([:]) }
            #expect(error?.code == .unknownOutcome)
        }
    }

    @Test("An expired_url fault makes the URLs of uploads, results and look-ups expired")
    func expiredURLFault() async throws {
        try await run(FaultRule(.expiredURL(ago: .seconds(60)), times: 3)) { gateway in
            let signed = try await gateway.signUpload()
            let put = try await gateway.send(
                .put, signed.upload, headers: [.contentType: "text/plain"], body: .bytes([1]))
            #expect(put.message == "the URL has expired")
            let done = try await gateway.ended(gateway.create("echo", ["image": "data:text/plain,hello"]))
            let stale = try #require(done.files.first)
            #expect(try await gateway.send(.get, stale.url).message == "the URL has expired")
            let key = try #require(done.output?["images"]?["object_key"])
            let looked = try await gateway.call(.getFile, ["objectKey": key]).json["data"]
            #expect(looked?["expireTime"] == 1_699_999_940)
            // The rule has struck three times.
            let fresh = try await gateway.call(.getFile, ["objectKey": key]).json["data"]
            #expect(try await gateway.send(.get, fresh?["accessUrl"]?.stringValue ?? "").text == "hello")
        }
    }

    @Test("A skewed_clock fault refuses calls until they are signed with the gateway's date")
    func skewedClockFault() async throws {
        try await run(FaultRule(.skewedClock(.seconds(1200)))) { gateway in
            let refused = try await progress(gateway)
            #expect(refused.status == 400)
            #expect(refused.headers[.caErrorMessage] == "Timestamp Expired")
            #expect(refused.headers[.date] == "Tue, 14 Nov 2023 22:33:20 GMT")
            let body = Array(#"{"contentType":"text/plain"}"#.utf8)
            let corrected = gateway.signed(
                Route.signUpload.rawValue, body, date: gateway.date.now.addingTimeInterval(1200))
            let answer = try await gateway.send(
                .post, Route.signUpload.rawValue, headers: corrected, body: .bytes(body))
            #expect(answer.json["status"] == 10)
            #expect(answer.json["data"]?["expireTime"] == 1_700_004_800)
            // What one clock signed, the same clock reads.
            let put = try await gateway.send(
                .put, answer.json["data"]?["uploadUrl"]?.stringValue ?? "", headers: [.contentType: "text/plain"],
                body: .bytes([1]))
            #expect(put.status == 200)
        }
    }

    @Test("A skewed_clock fault with a clock that is behind refuses calls, too")
    func clockBehind() async throws {
        try await run(FaultRule(.skewedClock(.seconds(-1200)), on: [.progress])) { gateway in
            let refused = try await progress(gateway)
            #expect(refused.headers[.caErrorMessage] == "Timestamp Expired")
            #expect(refused.headers[.date] == "Tue, 14 Nov 2023 21:53:20 GMT")
        }
    }

    @Test("A delay fault waits on the gateway's clock and combines with a status fault")
    func delayFault() async throws {
        try await run(
            FaultRule(.delay(.seconds(30)), on: [.progress]), FaultRule(.status(500), on: [.progress])
        ) { gateway in
            async let late = progress(gateway)
            await gateway.clock.waitForSleepers(1)
            gateway.clock.advance(by: .seconds(30))
            let struck = try await late
            #expect(struck.status == 500)
        }
    }

    @Test("The gateway reports each strike of a fault")
    func strikesAreReported() async throws {
        let told = Mutex<[String]>([])
        try await TestGateway.run(
            with: configured {
                $0.faults = [
                    FaultRule(.status(500), on: [.create], times: 1),
                    FaultRule(.duplicateNonce, on: [.progress], after: 1),
                ]
                $0.onFault = { strike in
                    told.withLock {
                        $0.append("\(strike.rule) \(strike.fault.name) \(strike.target.rawValue) \(strike.call)")
                    }
                }
            }
        ) { gateway in
            _ = try await gateway.create("echo")
            for _ in 0..<2 { _ = try await progress(gateway) }
        }
        #expect(told.withLock { $0 } == ["1 status create 1", "2 duplicate_nonce progress 2"])
    }

    @Test("A fault for all calls does not strike health checks and unknown paths")
    func faultsSpareOtherPaths() async throws {
        try await run(FaultRule(.status(500))) { gateway in
            let requests: [(HTTPRequest.Method, String, Int)] = [
                (.get, "/health", 200), (.get, "/nowhere", 404), (.put, "/files/uploads/a", 500),
                (.head, "/files/uploads/a", 500),
            ]
            for (method, path, status) in requests {
                let answer = try await gateway.send(method, path)
                #expect(answer.status == status, "\(method) \(path)")
            }
        }
    }
}
