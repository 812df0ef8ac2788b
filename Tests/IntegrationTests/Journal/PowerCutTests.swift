import Foundation
import Logging
import SpeedPix
import SpeedPixCommands
import SpeedPixGateway
import SpeedPixJournal
import SpeedPixTestSupport
import Synchronization
import Testing

/// A script of three dependent steps, with uploads, draws, a `first`, retries, a substitute and saves, that is killed and gone on
/// with until it ends: the service has seen each create once, and every file is there.
///
/// `SPEEDPIX_POWER_CUTS` says how many kills there are to be, `SPEEDPIX_POWER_CUT_ITEMS` how many items a run has, three
/// predictions and more each, and `SPEEDPIX_POWER_CUT_SEED` what the kills are drawn with.
@Suite("Runs that are killed", .serialized, .timeLimit(.minutes(60)))
struct PowerCutTests {
    private static let items = ProcessInfo.processInfo.environment["SPEEDPIX_POWER_CUT_ITEMS"].flatMap(Int.init) ?? 4

    /// - Parameter comment: Something that changes the script's text, and none of its creates.
    private static func script(concurrency: Int, comment: Int) -> String {
        """
        -- version \(comment)
        local numbers = {}
        for i = 1, \(items) do numbers[i] = i end
        local stamp = speedpix.once("stamp", function() return math.random(1 << 30) end)
        local function draw(name, source)
          return run("draw", { name = name, number = math.random(1 << 40), source = source }).image
        end
        local function middle(i, source)
          if i % 4 == 1 then
            local winner = speedpix.first {
              create("draw", { name = "left " .. i, source = source }),
              create("draw", { name = "right " .. i, source = source }),
            }
            return winner.output.image
          end
          if i % 4 ~= 2 then return draw("middle " .. i, source) end
          for try = 1, 2 do
            local ok, out = pcall(run, "draw", { name = "bad " .. i, source = source })
            if ok then return out.image end
          end
          return draw("instead " .. i, source)
        end
        speedpix.map(numbers, function(i)
          local first = draw("first " .. i, ("./in/%d.txt"):format(i))
          local second = middle(i, first)
          draw("last " .. i .. " of " .. stamp, second):save(("out/%d.txt"):format(i))
        end, { concurrency = \(concurrency) })
        """
    }

    @Test("A run that is killed and resumed makes each create once and saves each file whole")
    func kills() async throws {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["SPEEDPIX_POWER_CUTS"].flatMap(Int.init) ?? 10
        let seed = environment["SPEEDPIX_POWER_CUT_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1_000_000)
        var random = SeededGenerator(seed: seed)
        var kills = 0
        var round = 0
        while kills < wanted {
            round += 1
            kills += try await run(&random, most: wanted - kills, "seed \(seed), round \(round)")
        }
    }

    /// One run, from its first attempt to its end.
    ///
    /// - Returns: How often it was killed.
    private func run(_ random: inout SeededGenerator, most: Int, _ comment: String) async throws -> Int {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/in", withIntermediateDirectories: true)
        for item in 1...Self.items { try folder.write("in \(item)", to: "in/\(item).txt") }
        let workflow = RecordingWorkflow()
        var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        configuration.workers = 4
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let plans = (0..<8).map { _ in Plan(&random) }
        let service = RecordedService()
        return try await Gateway.withRunning(configuration, workflows: [workflow], logger: logger) { running in
            try await TestRelay.withRunning(service.role(endpoint: running.endpoint)) { relay in
                var kills = 0
                var environment = TestService.environment("http://127.0.0.1:\(relay.port)")
                environment["SPEEDPIX_STATE"] = folder.path + "/.speedpix"
                for (attempt, plan) in plans.enumerated() {
                    try folder.write(Self.script(concurrency: plan.concurrency, comment: attempt), to: "s.lua")
                    let isLast = attempt == plans.count - 1 || kills == most
                    let status = try await self.attempt(
                        plan, isFirst: attempt == 0, isLast: isLast, in: folder, environment: environment)
                    if status.status == 0 {
                        try await check(folder, workflow: workflow, kills: kills, comment: comment)
                        return kills
                    }
                    guard status.status == -SIGKILL else {
                        Issue.record("\(comment), attempt \(attempt), \(plan): \(status.status) \(status.output)")
                        return most
                    }
                    kills += 1
                    // What the killed process had sent may still be on its way to the gateway, or wait for a worker there.
                    try await relay.waitForEndedClients()
                    await workflow.waitForEntries(of: service.createdIDs)
                    try await settle(in: folder, workflow: workflow)
                }
                Issue.record("\(comment): it has not come to its end")
                return most
            }
        }
    }

    /// What creates the service has answered, each before its client could hear of it.
    private final class RecordedService: Sendable {
        private let created = Mutex<Set<String>>([])

        var createdIDs: Set<String> { created.withLock { $0 } }

        func role(endpoint: String) -> TestRelay.Role {
            .plain(endpoint: endpoint) { [self] target, answer in
                guard target.hasSuffix("/comfy_prompt"),
                    let id = (try? JSONValue(parsing: answer.body))?["data"]?["taskId"]?.stringValue
                else { return }
                created.withLock { _ = $0.insert(id) }
            }
        }
    }

    private struct Plan: CustomStringConvertible {
        let concurrency: Int
        let gap: String?
        let count: Int

        init(_ random: inout SeededGenerator) {
            concurrency = Int.random(in: 6...16, using: &random)
            gap = ["intent", "answer", "created", "saved", nil, nil].randomElement(using: &random) ?? nil
            count =
                gap == "saved"
                ? Int.random(in: 1...items / 2, using: &random) : Int.random(in: 1...items * 2, using: &random)
        }

        var description: String { "\(gap ?? "anywhere") \(count), concurrency \(concurrency)" }
    }

    private func attempt(
        _ plan: Plan, isFirst: Bool, isLast: Bool, in folder: TestFolder, environment: [String: String]
    ) async throws -> (status: Int32, output: String) {
        let program = URL(filePath: try Subprocess.speedpix).deletingLastPathComponent()
        let resume = isFirst ? [] : ["--resume=auto"]
        let arguments = ["run", "s.lua", "--progress", "plain"] + resume
        return try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        let isInGap = plan.gap != nil && !isLast
                        let run =
                            try isInGap
                            ? Subprocess(
                                program.appending(path: "InterruptedRun").path,
                                ["\(plan.gap ?? ""):\(plan.count)"] + arguments,
                                folder: folder.path, environment: environment)
                            : Subprocess(
                                program.appending(path: "speedpix").path, arguments, folder: folder.path,
                                environment: environment)
                        var lines: [String] = []
                        while let line = run.nextLine() {
                            lines.append(line)
                            // Somewhere after so many lines of progress: no gap in particular.
                            if plan.gap == nil, !isLast, lines.count == 2 * plan.count { kill(run.identifier, SIGKILL) }
                        }
                        return (run.waitForEnd(), lines.suffix(20).joined(separator: "\n"))
                    })
            }.start()
        }
    }

    /// Settles each create in doubt by what the service has recorded.
    private func settle(in folder: TestFolder, workflow: RecordingWorkflow) async throws {
        let state = folder.path + "/.speedpix"
        guard JournalStore.exists(in: state) else { return }
        let store = try JournalStore(folder: state)
        let creates = try store.creates()
        var known = Set(creates.compactMap { $0.prediction?.id })
        for doubt in creates where doubt.isInDoubt {
            let name = doubt.input["name"]?.stringValue
            let number = doubt.input["number"].flatMap { value -> Double? in
                if case .integer(let number) = value { Double(number) } else { nil }
            }
            let entry = workflow.entries.first { $0.name == name && $0.number == number && !known.contains($0.id) }
            if let entry { known.insert(entry.id) }
            let verdict = entry.map { ["--id", $0.id] } ?? ["--not-created"]
            let run = await CommandRun(
                ["runs", "settle", "\(doubt.run)", "\(doubt.number)", "--state", state] + verdict, in: folder)
            #expect(run.status == .success, "\(run.errors)")
        }
    }

    private func check(
        _ folder: TestFolder, workflow: RecordingWorkflow, kills: Int, comment: String
    ) async throws {
        var counts: [String: Int] = [:]
        for entry in workflow.entries { counts["\(entry.name) \(entry.number ?? 0)", default: 0] += 1 }
        for (name, count) in counts {
            // One that failed is made again if its item had not gone on when the power went.
            let most = name.hasPrefix("bad") ? 2 + kills : 1
            #expect((name.hasPrefix("bad") ? 2 : 1)...most ~= count, "\(comment): \(name) was created \(count) times")
        }
        let finals = workflow.entries.filter { $0.name.hasPrefix("last") }
        #expect(finals.count == Self.items, "\(comment)")
        let stamps = Set(finals.compactMap { $0.name.split(separator: " ").last })
        #expect(stamps.count == 1, "\(comment): \(stamps)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out")
        #expect(names.sorted() == (1...Self.items).map { "\($0).txt" }.sorted(), "\(comment)")
        for item in 1...Self.items {
            let text = String(decoding: try folder.read("out/\(item).txt"), as: UTF8.self)
            #expect(
                text.hasPrefix("in \(item)/first \(item) ") && text.contains("/last \(item) of "), "\(comment): \(text)"
            )
        }
        let creates = try JournalStore(folder: folder.path + "/.speedpix").creates()
        let ids = creates.compactMap { $0.prediction?.id }
        #expect(Set(ids).count == ids.count && creates.allSatisfy { !$0.isInDoubt }, "\(comment)")
        let unknown = Set(workflow.entries.map(\.id)).subtracting(ids)
        #expect(unknown.isEmpty, "\(comment): the journal does not know \(unknown)")
    }
}
