import SpeedPixTestSupport
import Testing

@Suite("<close> variables of a run that is stopped")
struct ClosingRunTests {
    private static let script = """
        local function guarded(job)
          return setmetatable({}, { __close = function(_, e)
            if e then
              job:cancel()
              fs.write("closed.txt", job.status .. " " .. e.code)
            end
          end })
        end
        local function work()
          local job = create("echo", { duration = 3600 })
          local guard <close> = guarded(job)
          fs.write("begun.txt", job.id)
          wait(job)
        end

        """

    @Test(
        "Ctrl-C lets __close cancel the prediction at the service", arguments: ["work()", "speedpix.map({ 1 }, work)"])
    func interrupted(body: String) async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint)
            let run = Task {
                await CommandRun(["run", "-"], in: folder, input: Self.script + body, environment: environment)
            }
            await folder.waitFor("begun.txt")
            run.cancel()
            let end = await run.value
            #expect(end.status == .interrupted)
            #expect(String(decoding: try folder.read("closed.txt"), as: UTF8.self) == "canceled canceled")
            #expect(!end.errors.contains("go on at the service"), "\(end.errors)")
            let id = String(decoding: try folder.read("begun.txt"), as: UTF8.self)
            let status = await CommandRun(
                ["eval", "speedpix.get('\(id)').status"], in: folder, environment: environment)
            #expect(status.output == "canceled\n", "\(status.errors)")
        }
    }

    @Test("Ctrl-C lets __close cancel the prediction at the local gateway before that ends")
    func interruptedLocally() async throws {
        let folder = try TestFolder()
        let run = Task { await CommandRun.local(Self.script + "work()", in: folder) }
        await folder.waitFor("begun.txt")
        run.cancel()
        #expect(await run.value.status == .interrupted)
        #expect(String(decoding: try folder.read("closed.txt"), as: UTF8.self) == "canceled canceled")
    }

    @Test("--timeout lets __close cancel the prediction, and the error is the timeout")
    func timedOut() async throws {
        let folder = try TestFolder()
        let clock = ManualClock()
        let run = Task {
            await CommandRun(
                ["run", "-", "--local", "--timeout", "60", "--quiet"], in: folder, input: Self.script + "work()",
                clock: clock)
        }
        await folder.waitFor("begun.txt")
        // Only the limit lies that far off; polls and calls are woken with it.
        clock.advance(by: .seconds(60))
        let end = await run.value
        #expect(end.status == .failure && end.errors.contains("the script ran out of time"), "\(end.errors)")
        #expect(String(decoding: try folder.read("closed.txt"), as: UTF8.self) == "canceled timeout")
    }
}

extension TestFolder {
    /// Waits until a file is there.
    func waitFor(_ name: String) async {
        while !contents.contains(name) { await Task.yield() }
    }
}
