import SpeedPix
import SpeedPixCommands
import Testing

@Suite("The option --cancel-on-stop")
struct CancelOnStopTests {
    /// Ctrl-C in the middle of a script, and how it ended.
    private func interrupted(
        _ script: String, arguments: [String], in folder: TestFolder, endpoint: String
    ) async throws -> CommandRun {
        let run = Task {
            await CommandRun(
                ["run", "-"] + arguments, in: folder, input: script, environment: TestService.environment(endpoint))
        }
        await folder.waitFor("begun.txt")
        run.cancel()
        return await run.value
    }

    private func statuses(_ folder: TestFolder, _ endpoint: String) async -> String {
        await CommandRun(
            ["eval", "for id in fs.read('ids.txt'):gmatch('%S+') do print(speedpix.get(id).status) end"], in: folder,
            environment: TestService.environment(endpoint)
        ).output
    }

    /// One that is waited for, and one that was only created.
    private static let script = """
        local first, second = create("echo", { duration = 3600 }), create("echo", { duration = 3600 })
        fs.write("ids.txt", first.id .. " " .. second.id)
        wait(first, { on_progress = function() fs.write("begun.txt", "") end })
        """

    @Test("Ctrl-C with --cancel-on-stop cancels all unfinished predictions")
    func interrupt() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let run = try await interrupted(
                Self.script, arguments: ["--cancel-on-stop"], in: folder, endpoint: endpoint)
            #expect(run.status == .interrupted)
            #expect(run.errors.contains("2 canceled of 2 predictions created"), "\(run.errors)")
            #expect(!run.errors.contains("go on at the service"), "\(run.errors)")
            #expect(await statuses(folder, endpoint) == "canceled\ncanceled\n")
        }
    }

    @Test("The setting cancel_on_stop is the same as --cancel-on-stop, and --no-cancel-on-stop overrides it")
    func setting() async throws {
        for (arguments, text, isCanceled) in [
            ([], "", false), ([], "cancel_on_stop = true", true),
            (["--no-cancel-on-stop"], "cancel_on_stop = true", false),
        ] {
            let folder = try TestFolder()
            try folder.write(text, to: "speedpix.toml")
            try await TestService.run { endpoint in
                let run = try await interrupted(Self.script, arguments: arguments, in: folder, endpoint: endpoint)
                #expect(run.errors.contains("these predictions go on at the service: ") == !isCanceled, "\(run.errors)")
                let statuses = await statuses(folder, endpoint)
                #expect(statuses.contains("canceled") == isCanceled, "\(arguments) \(text): \(statuses)")
            }
        }
    }

    @Test("A failing script with --cancel-on-stop cancels its predictions, and a succeeding one does not")
    func otherEnds() async throws {
        for (end, expected) in [("error('x')", "canceled\n"), ("", "running\n")] {
            let folder = try TestFolder()
            try await TestService.run { endpoint in
                let run = await CommandRun(
                    ["run", "-", "--cancel-on-stop"], in: folder,
                    input: """
                        local job = create("echo", { duration = 3600 })
                        fs.write("ids.txt", job.id)
                        repeat job:reload() until job.status == "running"
                        \(end)
                        """, environment: TestService.environment(endpoint))
                #expect(run.status == (end.isEmpty ? .success : .failure))
                #expect(await statuses(folder, endpoint) == expected)
            }
        }
    }

    @Test("A run with --cancel-on-stop names predictions that could not be canceled")
    func refused() async throws {
        let folder = try TestFolder()
        let faults = #"{"rules": [{"call": "cancel", "fault": "status", "code": 404}]}"#
        try await TestService.run(faults: faults) { endpoint in
            let run = try await interrupted(
                Self.script, arguments: ["--cancel-on-stop"], in: folder, endpoint: endpoint)
            let ids = String(decoding: try folder.read("ids.txt"), as: UTF8.self)
            #expect(run.errors.contains("these predictions go on at the service: \(ids)\n"), "\(run.errors)")
            #expect(run.errors.ranges(of: "could not be canceled").count == 1, "\(run.errors)")
            #expect(run.errors.contains("they could not be canceled: the service does not offer"), "\(run.errors)")
        }
    }

    @Test("predict --cancel-on-stop cancels the prediction at its timeout and says so")
    func predict() async throws {
        try await TestService.run { endpoint in
            let folder = try TestFolder()
            let arguments = ["predict", "echo", "duration:=3600", "--timeout", "0.3"]
            let run = await CommandRun(
                arguments + ["--cancel-on-stop"], in: folder, environment: TestService.environment(endpoint))
            #expect(run.status == .failure)
            #expect(run.errors.contains("within 0.3 s, and was canceled at the service"), "\(run.errors)")
            let other = await CommandRun(arguments, in: folder, environment: TestService.environment(endpoint))
            #expect(other.errors.contains("it may go on at the service"), "\(other.errors)")
        }
    }

    @Test("Events report canceled predictions and each that could not be canceled")
    func events() async throws {
        for (times, notCanceled, canceled) in [(#", "times": 1"#, 1, 1), ("", 2, 0)] {
            let faults = #"{"rules": [{"call": "cancel", "fault": "status", "code": 404\#(times)}]}"#
            let folder = try TestFolder()
            try await TestService.run(faults: faults) { endpoint in
                let run = try await interrupted(
                    Self.script, arguments: ["--cancel-on-stop", "--json"], in: folder, endpoint: endpoint)
                let events = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
                let names = events.compactMap { $0["event"]?.stringValue }
                #expect(names.count { $0 == "prediction.canceled" } == canceled, "\(names)")
                #expect(names.count { $0 == "prediction.not_canceled" } == notCanceled, "\(names)")
                let refused = events.first { $0["event"]?.stringValue == "prediction.not_canceled" }
                #expect(refused?["code"]?.stringValue == "unsupported")
                #expect(events.last?["unfinished"]?.arrayValue?.count == 2 - canceled)
                #expect(events.last?["summary"]?["canceled"] == .integer(Int64(canceled)))
            }
        }
    }
}
