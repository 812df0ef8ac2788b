import Logging
import LuaRuntime
import SpeedPix
import SpeedPixGateway
import SpeedPixLua
import SpeedPixTestSupport
import Testing

@Suite("Many predictions at once")
struct ConcurrencyTests {
    /// All fifty are seen running at the gateway together before the first can end: the gateway's clock stands still
    /// until then. One after another they would never get there.
    @Test("A script runs fifty predictions at once")
    func fiftyPredictionsRunTogether() async throws {
        let gatewayClock = ManualClock()
        var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        configuration.clock = gatewayClock
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let folder = try TestFolder()
        try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
            let client = SpeedPixClient(
                try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: running.endpoint))
            let host = ScriptHost(
                client: client,
                files: FileAccess(workingDirectory: folder.path, homeDirectory: folder.path), streams: .none)
            let vm = try LuaVM(modules: SpeedPixModule.modules(host))
            let script = """
                local list = {} for i = 1, 50 do list[i] = i end
                local done = speedpix.map(list, function(i)
                  return run("echo", { duration = 1, text = "n" .. i }, { polling_interval = 0.01 }).text
                end, { concurrency = 50 })
                return #done, done[1], done[50]
                """
            async let results = vm.run(LuaChunk(script, name: "fifty"))
            for _ in 1...20 {
                await gatewayClock.waitForSleepers(50)
                gatewayClock.advance(by: .milliseconds(50))
            }
            #expect(try await results == [50, "n1", "n50"])
        }
    }
}
