import HTTPTypes
import SpeedPixTestSupport
import Testing

@testable import SpeedPix

@Suite("Correction of a wrong clock")
struct ClockSkewTests {
    /// Half an hour after the date that this side believes in.
    private static let serviceDate = "Tue, 14 Nov 2023 22:43:20 GMT"

    private static func expired(_ date: String? = serviceDate) -> ScriptedReply {
        var headers: HTTPFields = [:]
        headers[.date] = date
        return .gateway("Timestamp Expired", headers: headers)
    }

    @Test("A call refused for its date is repeated with the service's date, and so are later ones signed")
    func correctedByTheServiceDate() async throws {
        let service = try ScriptedService(Self.expired(), .progress("running"), .progress("running"))
        _ = try await service.predictions.get("t-1")
        _ = try await service.predictions.get("t-1")
        let dates = service.requests.map { $0.headers[.date] }
        #expect(
            dates == ["22:13:20", "22:43:20", "22:43:20"].map { "Tue, 14 Nov 2023 \($0) GMT+00:00" })
        #expect(service.requests.map { $0.headers[.caTimestamp] }[2] == "1700001800000")
    }

    /// A create that was refused for its date has started nothing.
    @Test("A create that was refused for its date is sent again with the service's date")
    func createIsCorrected() async throws {
        let service = try ScriptedService(Self.expired(), .ok(["taskId": "t-1"]))
        #expect(try await service.create().id == "t-1")
        #expect(service.requests.count == 2)
    }

    @Test("A call whose date is refused twice fails")
    func correctedOnce() async throws {
        let service = try ScriptedService(then: Self.expired())
        let error = try await speedPixError { try await service.predictions.get("t-1") }
        #expect(error.code == .auth)
        #expect(error.remedy?.contains("clock") == true)
        #expect(service.requests.count == 2)
    }

    /// Two calls were signed with the wrong date, and the other one's refusal came first.
    @Test("A second call that was refused with the old date is repeated")
    func secondRefusalIsRetried() throws {
        let state = ClientState(
            try SpeedPixClient.Configuration(appKey: "k", appSecret: "s"), ClientDependencies(clock: ImmediateClock()))
        #expect(state.correctClock(offset: 1800, used: 0))
        #expect(state.correctClock(offset: 1800, used: 0))
        #expect(!state.correctClock(offset: 1800, used: 1800))
        #expect(state.clockOffset == 1800)
    }

    @Test(
        "A refused date is an error if the service's date is missing, invalid or close",
        arguments: [nil, "yesterday", "Tue, 14 Nov 2023 22:13:50 GMT"])
    func unhelpfulDate(date: String?) async throws {
        let service = try ScriptedService(Self.expired(date))
        #expect(try await speedPixError { try await service.predictions.get("t-1") }.code == .auth)
        #expect(service.requests.count == 1)
    }

    @Test("A poll whose nonce was used is repeated with another nonce")
    func aUsedNonceIsReplaced() async throws {
        let service = try ScriptedService(.gateway("Nonce Used"), .progress("running"))
        #expect(try await service.predictions.get("t-1").status == .running)
        #expect(Set(service.requests.compactMap { $0.headers[.caNonce] }).count == 2)
    }

    @Test(
        "Retry-After may be a date",
        arguments: [
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200.0), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ])
    func aRetryAfterMayBeADate(date: String, seconds: Double) async throws {
        let now = ManualDate(.init(timeIntervalSince1970: seconds - 7))
        let clock = ImmediateClock()
        let service = try ScriptedService(
            .text("", status: 503, headers: [.retryAfter: date]), .progress("running"), clock: clock, date: now)
        _ = try await service.predictions.get("t-1")
        #expect(clock.now.offset == .seconds(7))
    }
}
