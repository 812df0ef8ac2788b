import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

@Suite("Scripts that somebody has published")
struct PublishedScriptTests {
    private func script(
        _ source: String, trust: ScriptTrust = .published, clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> ScriptWorkflow {
        try await ScriptWorkflow(id: "scripted", source: Array(source.utf8), trust: trust, clock: clock)
    }

    /// Why a run of it fails; nil if it does not.
    ///
    /// - Parameter isEndless: Moves time on until it ends.
    private func failure(of source: String, isEndless: Bool = false) async throws -> String? {
        let workflow = try await script("return { run = function() \(source) end }")
        let reason = Mutex<String?>(nil)
        try await TestGateway.run(workflows: [workflow]) { gateway in
            let id = try await gateway.create("scripted")
            while isEndless, try await !gateway.client.predictions.get(id).status.isTerminal {
                // The limit begins with the run, of which nothing else tells.
                gateway.clock.advance(by: .seconds(600))
                await Task.yield()
            }
            let ended = try await gateway.ended(id)
            reason.withLock { $0 = ended.status == .failed ? ended.error : nil }
        }
        return reason.withLock { $0 }
    }

    @Test("ScriptWorkflow: a published script draws no markup, and our own do")
    func markup() async throws {
        let source = """
            local isThere, svg = pcall(function() return image.svg end)
            return { title = tostring(isThere and svg ~= nil), run = function() end }
            """
        #expect(try await script(source).title == "false")
        #expect(try await script(source, trust: .own).title == "true")
    }

    @Test("ScriptWorkflow: a published script that never declares anything is stopped")
    func endlessDeclaration() async {
        let error = await #expect(throws: LuaError.self) {
            try await script("while true do end", clock: ImmediateClock())
        }
        #expect(error?.code == "timeout")
    }

    @Test("ScriptWorkflow: a run of a published script that never ends fails with the reason")
    func endlessRun() async throws {
        #expect(try await failure(of: "while true do end", isEndless: true)?.contains("ran out of time") == true)
    }

    @Test("ScriptWorkflow: a published script that takes too much memory fails")
    func memory() async throws {
        let reason = try await failure(of: "return { n = #string.rep('x', 300 * 1024 * 1024) }")
        #expect(reason?.contains("memory") == true, "\(reason ?? "")")
        let workflow = try await script("return { run = function() end }")
        #expect(ScriptTrust.published.limits.memory == 256 << 20 && workflow.inputs.isEmpty)
    }

    @Test("ScriptWorkflow: a published script has no files")
    func files() async throws {
        for call in ["io.open('/etc/passwd')", "image.open('/etc/passwd')", "os.execute('ls')"] {
            #expect(try await failure(of: call) != nil, "\(call)")
        }
    }

    @Test("ScriptWorkflow: a choice needs its list")
    func choices() async throws {
        let workflow = try await script(
            #"return { inputs = { look = { type = "choice", choices = { "ink", "oil" } } }, run = function() end }"#)
        #expect(workflow.inputs.first?.choices == ["ink", "oil"])
        await #expect(throws: WorkflowFailure.self) {
            try await script(#"return { inputs = { look = { type = "choice" } }, run = function() end }"#)
        }
    }

    @Test("ScriptWorkflow: outputs are a list of names, or tables by their names, and a type must be known")
    func outputs() async throws {
        let listed = try await script("return { outputs = { 'words', 'info' }, run = function() end }")
        #expect(listed.declaredOutputs == [DeclaredOutput("words", .any)])
        let typed = try await script(
            """
            return {
              outputs = { score = { type = "number" }, images = { type = "file", always_array = true }, rest = {} },
              run = function() end,
            }
            """)
        #expect(
            typed.declaredOutputs == [
                DeclaredOutput("images", .file, isAlwaysArray: true), DeclaredOutput("rest", .any),
                DeclaredOutput("score", .number),
            ])
        #expect(try await script("return { run = function() end }").declaredOutputs.isEmpty)
        let error = await #expect(throws: WorkflowFailure.self) {
            try await script("return { outputs = { song = { type = 'song' } }, run = function() end }")
        }
        #expect(error?.message == "the output song has no known type")
    }

    @Test("ScriptWorkflow: what comes with the gateway gives what it declares")
    func builtIn() async throws {
        let declared = Dictionary(
            uniqueKeysWithValues: try await BuiltInWorkflows.load().map { ($0.id, $0.declaredOutputs) })
        #expect(declared["text-to-image"] == [DeclaredOutput("images", .file, isAlwaysArray: true)])
        #expect(declared["white-background"]?.map(\.name) == ["confidence", "images", "warnings"])
        #expect(declared["image-to-video"] == [DeclaredOutput("video", .file)])
        #expect(declared.values.allSatisfy { !$0.isEmpty })
    }
}
