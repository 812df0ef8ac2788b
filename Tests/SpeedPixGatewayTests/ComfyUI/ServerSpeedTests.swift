import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("How fast servers of ComfyUI are", .timeLimit(.minutes(1)))
struct ServerSpeedTests {
    @Test("ServerSpeed: the mean of the newest predictions, and nothing before the first one")
    func mean() {
        var speed = ServerSpeed()
        #expect(speed.seconds == nil && speed.json == .null)
        for seconds in [2, 4] { speed.add(.seconds(seconds)) }
        #expect(speed.json == ["mean_seconds": 3, "predictions": 2])
        for _ in 0..<ServerSpeed.most { speed.add(.seconds(10)) }
        #expect(speed.seconds == 10 && speed.count == ServerSpeed.most)
    }

    @Test("ServerSpeed: a server tells how long a prediction took there, and one that failed does not count")
    func measured() async throws {
        try await ComfyUIGateway.run(isAutomatic: false) { gateway, server in
            func speed() async throws -> JSONValue? {
                try await gateway.admin.call(.get, "servers").json["data"]?["servers"]?.arrayValue?.first?["speed"]
            }
            let failing = try await gateway.gateway.create("picture", ["seed": 5])
            await server.waitForPosts(1)
            server.failNext()
            #expect(try await gateway.ended(failing).status == .failed)
            #expect(try await speed() == nil)
            let id = try await gateway.gateway.create("picture", ["seed": 6])
            await server.waitForPosts(2)
            gateway.gateway.clock.advance(by: .seconds(3))
            server.finishNext()
            #expect(try await gateway.ended(id).status == .succeeded)
            let told = try #require(try await speed())
            #expect(told["predictions"] == 1 && told["mean_seconds"]?.lenientDouble ?? 0 >= 3, "\(told)")
        }
    }
}
