import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

@Suite("Events of a run")
struct EventTests {
    private func run(
        _ script: String, _ arguments: [String] = ["--local"], in folder: TestFolder,
        environment: [String: String] = [:]
    ) async -> (run: CommandRun, bytes: [UInt8]) {
        let output = Capture()
        let run = await CommandRun(
            ["run", "-", "--json"] + arguments, in: folder, input: script, environment: environment,
            setting: { $0.writeOutput = output.append })
        return (run, output.all)
    }

    private func events(_ bytes: [UInt8]) throws -> [JSONValue] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
    }

    private func last(_ bytes: [UInt8]) throws -> JSONValue { try #require(try events(bytes).last) }

    @Test("Events show a seed of 64 bits with all digits")
    func seeds() async throws {
        let folder = try TestFolder()
        let (run, bytes) = await run(
            """
            local p = speedpix.params { seed = { type = "integer" } }
            print(p.seed, run("echo", { data = { seed = p.seed } }).data.seed)
            """, ["--local", "seed=15417283946501827364"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""text":"15417283946501827364\t15417283946501827364\n""#), "\(text)")
        #expect(text.contains(#""data":{"seed":15417283946501827364}"#), "\(text)")
        _ = try await EventSchema.validate(bytes, in: folder)
    }

    @Test("Each event of a run is valid by the schema")
    func everyLineKeepsToTheSchema() async throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "x", count: 300_000), to: "large.bin")
        let (run, bytes) = await run(
            """
            print("hello", 1)
            io.write("no line end")
            log.warn("careful")
            local out = run("echo", { image = "./large.bin", duration = 0.2, data = { n = 1.5, list = { 1, 2 } } },
              { randomise_seeds = true, resource_config_id = { "a", "b" } })
            out.images:save("copy.bin")
            out.images:read()
            image.blank(8, 8):save("blank.png")
            print(pcall(run, "echo", { fail = "on purpose" }))
            local job = create("echo", { duration = 100 })
            repeat job:reload() until job.status == "running"
            job:cancel()
            pcall(function() speedpix.timeout(0.3, function() run("echo", { duration = 100 }) end) end)
            """, in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.errors.isEmpty)
        let names = try await EventSchema.validate(bytes, in: folder)
        #expect(
            names == [
                "run.started", "prediction.created", "prediction.progress", "prediction.succeeded",
                "prediction.failed", "prediction.canceled", "upload.started", "upload.progress", "upload.finished",
                "download.started", "download.progress", "download.finished", "file.written", "file.used", "print",
                "log", "run.finished",
            ])
        let end = try last(bytes)
        #expect(end["status"]?.stringValue == "succeeded" && end["exit_status"] == 0)
        #expect(end["summary"]?["bytes_up"] == 300_000 && end["summary"]?["bytes_down"] == 600_000)
        #expect(end["unfinished"]?.arrayValue?.count == 1)
    }

    @Test("An event with bytes that are not text has them in base64")
    func bytesThatAreNotText() async throws {
        let folder = try TestFolder()
        let (_, bytes) = await run(#"io.write("a\xff\xfe\0b\n") print("\u{2028}</script>\xc3") print("ü")"#, in: folder)
        _ = try await EventSchema.validate(bytes, in: folder)
        let prints = try events(bytes).filter { $0["event"]?.stringValue == "print" }
        #expect(prints[0]["text"]?.stringValue == "a\u{FFFD}\u{FFFD}\0b\n")
        #expect(
            prints[0]["base64"]?.stringValue.flatMap { Data(base64Encoded: $0) } == Data([97, 255, 254, 0, 98, 10]))
        #expect(prints[2]["text"]?.stringValue == "ü\n" && prints[2]["base64"] == nil)
    }

    @Test(
        "A failed run ends with one event that has its error and exit status",
        arguments: [
            ("error('mine')", ["--local"], "script_error", SpeedPixCommands.ExitStatus.failure),
            ("x =", ["--local"], "script_error", .failure),
            ("run('echo', { fail = 'x' })", ["--local"], "prediction_failed", .predictionFailed),
            ("while true do end", ["--local", "--timeout", "0.2"], "timeout", .failure),
            ("print(1)", [], "configuration", .configuration),
            ("print(1)", ["--local", "--report", "nowhere/x.html"], "usage", .usage),
        ])
    func closingEvent(
        script: String, arguments: [String], code: String, status: SpeedPixCommands.ExitStatus
    ) async throws {
        let folder = try TestFolder()
        let (run, bytes) = await run(script, arguments, in: folder)
        _ = try await EventSchema.validate(bytes, in: folder)
        let end = try last(bytes)
        #expect(run.status == status && end["exit_status"] == .integer(Int64(status.rawValue)))
        #expect(end["error"]?["code"]?.stringValue == code, "\(end)")
        #expect(end["status"]?.stringValue == "failed")
    }

    @Test("A run of a missing script has a first and a last event")
    func missingScript() async throws {
        let output = Capture()
        let folder = try TestFolder()
        let run = await CommandRun(
            ["run", "gone.lua", "--local", "--json"], in: folder, setting: { $0.writeOutput = output.append })
        #expect(run.status == .usage)
        let names = try await EventSchema.validate(output.all, in: folder)
        #expect(names == ["run.started", "run.finished"])
    }

    @Test("The secret is redacted in events")
    func secretIsRedacted() async throws {
        let folder = try TestFolder()
        let output = Capture()
        _ = await CommandRun(
            ["run", "-", "--local", "--json", "key=s3cr3t-token"], in: folder,
            input:
                "speedpix.params { key = {} } print('s3cr3t-token') log.info('is s3cr3t-token') error('s3cr3t-token!')",
            token: "s3cr3t-token",
            setting: { $0.writeOutput = output.append })
        #expect(output.text.contains("<redacted>"))
        // What the command line said was told before there was a secret.
        let lines = output.text.split(separator: "\n").dropFirst()
        #expect(!lines.joined().contains("s3cr3t-token"), "\(lines)")
    }

    @Test("A secret from the environment is redacted in events")
    func environmentSecretIsRedacted() async throws {
        let folder = try TestFolder()
        let (_, bytes) = await run(
            "speedpix.params { key = {} }", ["key=s3cr3t-token", "--endpoint", "nonsense"], in: folder,
            environment: ["SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "s3cr3t-token"])
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("<redacted>") && !text.contains("s3cr3t-token"), "\(text)")
        _ = try await EventSchema.validate(bytes, in: folder)
    }

    @Test("Retries and creates in doubt are events")
    func retriesAndDoubt() async throws {
        let folder = try TestFolder()
        try folder.write(
            """
            {"rules": [
              {"call": "create", "fault": "throttle", "times": 1},
              {"call": "create", "fault": "reset_after", "times": 1}
            ]}
            """, to: "faults.json")
        let server = try Subprocess(
            Subprocess.speedpix,
            ["serve", "--port", "0", "--app-key", "key", "--app-secret", "secret", "--faults", "faults.json"],
            folder: folder.path)
        let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        let (run, bytes) = await run(
            "print(pcall(create, 'echo', {})) print(run('echo', { text = 'x' }).text)", [], in: folder,
            environment: [
                "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": String(endpoint),
            ])
        server.interrupt()
        _ = server.finish()
        #expect(run.status == .success, "\(run.errors)")
        let names = try await EventSchema.validate(bytes, in: folder)
        #expect(names.isSuperset(of: ["call.retried", "prediction.in_doubt"]), "\(names)")
        let summary = try last(bytes)["summary"]
        #expect(summary?["in_doubt"] == 1 && summary?["retries"]?["create"] == 1, "\(String(describing: summary))")
    }
}
