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

@Suite("Faults in the console")
struct FaultLogTests {
    static let rules: [FaultRule] = [
        FaultRule(
            .status(503, reason: "Busy", body: "later", retryAfter: "7", isProcessed: true), on: [.create], after: 2,
            times: 3),
        FaultRule(.throttle(by: "APP", status: 429, retryAfter: "1"), on: [.result]),
        FaultRule(
            .envelope(code: "X", message: "no", subCode: "a", subMessage: "b", httpStatus: 500), on: [.progress],
            probability: 0.5, seed: 9),
        FaultRule(.garbage(Array("<html>".utf8)), on: [.create]),
        FaultRule(.garbage([0x80, 0xFE, 0xFF] + Array("x".utf8), isProcessed: true), on: [.create]),
        FaultRule(.duplicateNonce, on: [.create]), FaultRule(.resetBefore, on: [.create]),
        FaultRule(.resetAfter, on: [.upload]), FaultRule(.cutBody(.bytes(10)), on: [.download]),
        FaultRule(.cutBody(.fraction(0.25)), on: [.download]),
        FaultRule(.slowBody(bytesPerWrite: 7, pause: .milliseconds(250)), on: [.download]),
        FaultRule(.delay(.seconds(2)), on: [.create, .progress]),
        FaultRule(.expiredURL(ago: .seconds(60)), on: [.result]),
        FaultRule(.skewedClock(.seconds(-30)), on: [.create]),
    ]

    @Test("FaultRule: as JSON it is read as the same rule", arguments: rules)
    func roundTrip(_ rule: FaultRule) throws {
        let file: JSONValue = ["rules": [rule.json]]
        #expect(try FaultFile.rules(try file.encoded()) == [rule], "\(rule.json)")
    }

    @Test("FaultRule as JSON: every kind of fault is among them")
    func kinds() {
        #expect(Set(Self.rules.map(\.fault.kind)) == Set(Fault.Kind.allCases))
    }

    @Test("FaultLog: the newest strikes first, not more than it keeps, and how often each rule has struck")
    func newest() {
        let log = FaultLog(Self.rules)
        let date = ManualDate()
        for call in 1...FaultLog.most + 5 {
            date.advance(by: .seconds(1))
            log.add(FaultStrike(rule: 2, fault: Self.rules[1].fault, target: .result, call: call), at: date.now)
        }
        let strikes = log.json["strikes"]?.arrayValue ?? []
        #expect(strikes.count == FaultLog.most && strikes.first?["number"] == .integer(Int64(FaultLog.most + 5)))
        #expect(strikes.first?["at"] == .double(date.now.timeIntervalSince1970) && strikes.last?["number"] == 6)
        #expect(strikes.first?["fault"] == "throttle" && strikes.first?["call"] == "result")
        let rules = log.json["rules"]?.arrayValue ?? []
        #expect(rules.map { $0["strikes"] }[..<2] == [0, .integer(Int64(FaultLog.most + 5))])
    }

    @Test("FaultLog: faults are told on this machine alone, and where there are any")
    func shown() {
        func isShown(_ change: (inout GatewayConfiguration) -> Void) -> Bool {
            configured {
                $0.hasConsole = true
                $0.faults = Self.rules
                change(&$0)
            }.showsFaults
        }
        for host in ["127.0.0.1", "localhost", "::1", "127.0.0.2"] { #expect(isShown { $0.host = host }) }
        for host in ["0.0.0.0", "::", "192.168.1.7"] { #expect(!isShown { $0.host = host }) }
        #expect(!isShown { $0.publicURL = "https://gateway.example" })
        #expect(!isShown { $0.faults = [] } && !isShown { $0.hasConsole = false })
    }

    @Test("FaultLog: a strike is told to the page as well as to whoever has asked for strikes")
    func route() async throws {
        try await LastingFolder.with { folder in
            let told = StrikeCount()
            try await folder.run(
                Gate(),
                {
                    $0.hasConsole = true
                    $0.faults = [FaultRule(.status(503), on: [.progress], times: 1)]
                    $0.onFault = { _ in told.add() }
                },
                body: { gateway in
                    #expect(try await gateway.call(.progress, ["taskId": "x"]).status == 503)
                    let answer = try await TestAdmin(gateway, folder).call(.get, "faults")
                    let strikes = answer.json["data"]?["strikes"]?.arrayValue ?? []
                    #expect(strikes.map { $0["rule"] } == [1] && told.count == 1, "\(answer.text)")
                })
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                let answer = try await TestAdmin(gateway, folder).call(.get, "faults")
                #expect(answer.status == 404 && answer.code == "ApiNotFound", "\(answer.text)")
            }
        }
    }
}

/// Counts strikes.
private final class StrikeCount: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }
}
