import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

@Suite("speedpix doctor")
struct DoctorCommandTests {
    @Test("doctor shows each setting with its origin and redacts the secret")
    func valuesAndOrigins() async throws {
        let folder = try TestFolder()
        try folder.write("timeout = 12\n[profiles.fast]\npoll_rate = 50", to: "speedpix.toml")
        try await TestService.run { endpoint in
            var environment = TestService.environment(endpoint)
            environment["PATH"] = "/nowhere"
            let run = await CommandRun(["doctor", "--profile", "fast"], in: folder, environment: environment)
            #expect(run.status == .success, "\(run.output)\(run.errors)")
            let lines = run.output.split(separator: "\n").map {
                $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
            }
            for line in [
                "profile fast (--profile)", "endpoint \(endpoint) (SPEEDPIX_ENDPOINT)",
                "app_key key (SPEEDPIX_APP_KEY)",
                "app_secret <redacted> (SPEEDPIX_APP_SECRET)", "timeout 12 (\(folder.path)/speedpix.toml:1)",
                "poll_rate 50 (\(folder.path)/speedpix.toml:3, profile fast)", "retries 3 (default)",
                "ok endpoint: \(endpoint) answers", "ok signature: a signed call was accepted",
                "mend: apt install ffmpeg, or brew install ffmpeg",
            ] {
                #expect(lines.contains(line), "\(line)\n\(run.output)")
            }
            #expect(run.output.contains("ok    clock: within "))
            #expect(!run.output.replacing("app_secret", with: "").contains("secret\n"))
        }
    }

    @Test("doctor measures by how much the clock is off")
    func aClockThatIsOffIsMeasured() async throws {
        try await TestService.run { endpoint in
            for (minutes, words) in [(20.0, "20 min ahead of"), (-20, "20 min behind"), (2, "2 min ahead of")] {
                let run = await CommandRun(
                    ["doctor"], in: try TestFolder(), environment: TestService.environment(endpoint),
                    now: { Date().addingTimeInterval(minutes * 60 + 5) })
                #expect(
                    run.status == .success && run.output.contains("note  clock: this machine's is"), "\(run.output)")
                #expect(run.output.contains(words), "\(run.output)")
                #expect(run.output.contains("mend: set it (timedatectl set-ntp true)"))
                #expect(run.output.contains("ok    signature: a signed call was accepted"), "\(run.output)")
            }
        }
    }

    @Test("doctor makes no call that creates anything")
    func nothingIsCreated() async throws {
        // What costs would fail loudly.
        let faults = #"{"rules": [{"call": ["create", "sign_upload"], "fault": "garbage"}]}"#
        try await TestService.run(faults: faults) { endpoint in
            let run = await CommandRun(
                ["doctor"], in: try TestFolder(), environment: TestService.environment(endpoint))
            #expect(run.status == .success, "\(run.output)")
        }
    }

    @Test(
        "doctor reports a problem with a remedy and the configuration status, and checks the rest",
        arguments: [
            (["SPEEDPIX_APP_SECRET": "wrong"], "bad   signature: Invalid Signature"),
            (["SPEEDPIX_APP_KEY": "wrong"], "bad   signature: Invalid AppKey"),
            (
                ["SPEEDPIX_APP_KEY": ""],
                "bad   credentials: the app key is missing\n        mend: export SPEEDPIX_APP_KEY=…"
            ),
            (["SPEEDPIX_APP_SECRET": ""], "bad   credentials: the app secret is missing"),
            (["SPEEDPIX_ENDPOINT": "http://127.0.0.1:1"], "bad   endpoint: no answer from http://127.0.0.1:1"),
            (["SPEEDPIX_ENDPOINT": "nonsense://x"], "bad   credentials: the endpoint \"nonsense://x\" is not"),
            (["SPEEDPIX_RETRIES": "x"], "bad   settings: SPEEDPIX_RETRIES: retries must be"),
            (["SPEEDPIX_PROFILE": "x"], "bad   settings: there is no profile \"x\" (SPEEDPIX_PROFILE)"),
            (
                ["SPEEDPIX_APP_SECRET": "", "SPEEDPIX_APP_SECRET_FILE": "nope"],
                "bad   credentials: SPEEDPIX_APP_SECRET_FILE: there is no file"
            ),
            (
                ["SPEEDPIX_APP_SECRET": "", "SPEEDPIX_APP_SECRET_COMMAND": "exit 1"],
                "bad   credentials: SPEEDPIX_APP_SECRET_COMMAND"
            ),
        ])
    func problems(changes: [String: String], line: String) async throws {
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint).merging(changes) { $1 }
            let run = await CommandRun(["doctor"], in: try TestFolder(), environment: environment)
            #expect(run.status == .configuration)
            #expect(run.output.contains(line), "\(run.output)")
            // The rest is told all the same.
            #expect(run.output.contains("ok    lua: 5.4."))
            let json = await CommandRun(["doctor", "--json"], in: try TestFolder(), environment: environment)
            let checks = try #require(try JSONValue(parsing: json.output.utf8)["checks"]?.arrayValue)
            #expect(checks.contains { $0["verdict"] == "bad" } && json.status == .configuration)
        }
    }

    @Test("doctor lists the ways to configure a service in columns, as run does")
    func columns() async throws {
        let folder = try TestFolder()
        let run = await CommandRun(["doctor"], in: folder)
        let lines = run.output.split(separator: "\n").filter { $0.contains("mend: ") }.prefix(3)
        let explanations = ["with the values", "in ~/.config", "no account:"]
        let columns = zip(lines, explanations).map { line, text in
            line.firstRange(of: text).map { line.distance(from: line.startIndex, to: $0.lowerBound) }
        }
        #expect(columns.count == 3 && columns[0] != nil && Set(columns).count == 1, "\(run.output)")
        let failure = await CommandRun(["predict", "echo"], in: folder).errors
        for line in lines {
            let text = line.replacing("        mend: ", with: "")
            #expect(failure.contains("  \(text)\n"), "\(failure)")
        }
        let json = try JSONValue(parsing: await CommandRun(["doctor", "--json"], in: folder).output.utf8)
        let checks = try #require(json["checks"]?.arrayValue)
        let remedy = checks.first { $0["name"] == "credentials" }?["remedy"]?.stringValue
        #expect(
            remedy?.contains("\n--local no account: a gateway on this machine\nspeedpix serve ") == true,
            "\(String(describing: remedy))")
    }

    @Test("doctor reports an endpoint where something else answers")
    func endpointOfAnotherService() async throws {
        try await TestService.run(faults: #"{"rules": [{"call": "any", "fault": "garbage"}]}"#) { endpoint in
            let run = await CommandRun(
                ["doctor"], in: try TestFolder(), environment: TestService.environment(endpoint))
            #expect(run.status == .configuration, "\(run.output)")
            #expect(
                run.output.contains("bad   endpoint: what answers at \(endpoint) is not the service"), "\(run.output)")
        }
    }

    @Test("doctor shows the command of a secret without its arguments")
    func aCommandIsShownWithoutItsArguments() async throws {
        try await TestService.run { endpoint in
            var environment = TestService.environment(endpoint)
            environment["SPEEDPIX_APP_SECRET"] = nil
            environment["SPEEDPIX_APP_SECRET_COMMAND"] = "echo secret"
            let run = await CommandRun(["doctor"], in: try TestFolder(), environment: environment)
            #expect(run.status == .success && run.output.contains("echo …"), "\(run.output)")
            #expect(!run.output.contains("echo secret"))
        }
    }

    @Test("doctor notes that key and secret come from different places")
    func credentialsFromTwoPlacesAreNoted() async throws {
        let folder = try TestFolder()
        try folder.write("app_key = 'key'", to: "speedpix.toml")
        try await TestService.run { endpoint in
            var environment = TestService.environment(endpoint)
            environment["SPEEDPIX_APP_KEY"] = nil
            let run = await CommandRun(["doctor"], in: folder, environment: environment)
            #expect(run.status == .success)
            #expect(run.output.contains("note  credentials: the key comes from \(folder.path)/speedpix.toml:1"))
        }
    }

    @Test("doctor --local finds no problem without any settings")
    func localGateway() async throws {
        let run = await CommandRun(["doctor", "--local"], in: try TestFolder())
        #expect(run.status == .success && run.output.contains("ok    signature"), "\(run.output)")
        #expect(!run.output.contains("made-up-token\n"))
    }
}
