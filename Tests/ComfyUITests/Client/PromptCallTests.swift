import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import ComfyUI

@Suite("Prompts at a server", .timeLimit(.minutes(1)))
struct PromptCallTests {
    @Test("A prompt: queued, run, and in the history with its file")
    func success() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            let submitted = try await client.submit(TestPrompts.picture(prefix: "speedpix/p/out"), targets: ["3"])
            #expect(submitted == SubmittedPrompt(promptID: TestPrompts.id(1), leftOut: nil))
            let posted = try #require(server.posted.first)
            #expect(posted.clientID == "us")
            #expect(posted.targets == ["3"])
            #expect(posted.prompt == TestPrompts.picture(prefix: "speedpix/p/out"))
            #expect(try await client.queue().isRunning(submitted.promptID))
            #expect(try await client.history(submitted.promptID) == nil)
            server.finishNext()
            #expect(try await !client.queue().contains(submitted.promptID))
            let entry = try #require(try await client.history(submitted.promptID))
            #expect(entry.end == .success)
            let file = try #require(entry.files(of: "3").first)
            #expect(file == ServerFile(filename: "out_00001_.png", subfolder: "speedpix/p", folder: .output))
        }
    }

    @Test("Seeds arrive with every digit")
    func largeSeed() async throws {
        try await TestComfyUI.withRunning { server in
            let prompt = TestPrompts.picture("2", "seed", JSONValue(UInt64.max))
            try await server.client().submit(prompt)
            #expect(server.posted.first?.prompt == prompt)
        }
    }

    @Test("A class that is missing: a refusal, and nothing was queued")
    func missingClass() async throws {
        try await TestComfyUI.withRunning { server in
            var nodes = TestPrompts.picture().objectValue ?? [:]
            nodes["2"] = ["class_type": "FastBlur", "inputs": [:]]
            let prompt = JSONValue.object(nodes)
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) { try await client.submit(prompt) }
            #expect(error.code == .refused)
            #expect(!error.mayHaveTakenEffect)
            #expect(error.refusal?.missingClass == "FastBlur")
            #expect(error.message.contains("FastBlur"))
            #expect(error.remedy?.contains("custom nodes") == true)
            #expect(server.queued.isEmpty)
        }
    }

    @Test(
        "An input that is wrong: named",
        arguments: [
            ("steps", 0, "steps is 0; the least is 1"), ("steps", "many", "steps is \"many\""),
            ("image", nil, "image is missing"),
        ] as [(String, JSONValue?, String)])
    func wrongInput(_ input: String, _ value: JSONValue?, _ expected: String) async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            let prompt = TestPrompts.picture("2", input, value)
            let error = try await #require(throws: ComfyUIError.self) { try await client.submit(prompt) }
            #expect(error.status == 400)
            #expect(error.message.contains("node 2 (TestSampler, “Second pass”): \(expected)"))
        }
    }

    @Test("A bad output among good ones: the others run, and it is told")
    func leftOut() async throws {
        try await TestComfyUI.withRunning { server in
            var nodes = TestPrompts.picture().objectValue ?? [:]
            nodes["4"] = ["class_type": "PreviewImage", "inputs": [:]]
            let submitted = try await server.client().submit(.object(nodes))
            #expect(submitted.leftOut?.nodeErrors.map(\.nodeID) == ["4"])
            #expect(server.remembered == [TestPrompts.id(1)])
        }
    }

    @Test("An id that is no UUID in lower case: a refusal")
    func invalidID() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) {
                try await client.submit(prompt: TestPrompts.picture(), promptID: "P-1", clientID: "us")
            }
            #expect(error.refusal?.type == "invalid_prompt_id")
        }
    }

    @Test("A lost answer: the prompt is in the queue all the same")
    func lostAnswer() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            server.fail("POST /prompt", .lostAnswer)
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) { try await client.submit() }
            #expect(error.mayHaveTakenEffect)
            #expect(try await client.queue().contains(TestPrompts.id(1)))
            #expect(server.posted.count == 1)
        }
    }

    @Test("The same id posted twice runs twice, as at a real server")
    func twice() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            try await client.submit()
            try await client.submit()
            #expect(server.queued == [TestPrompts.id(1), TestPrompts.id(1)])
        }
    }

    @Test("A failure: the history names the node")
    func failure() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            try await client.submit()
            server.failNext(node: "2", type: "ValueError", message: "wrong shape")
            guard case .failed(let failure) = try await client.history(TestPrompts.id(1))?.end else {
                Issue.record("it did not fail")
                return
            }
            #expect(failure.description == "node 2 (TestSampler, “Second pass”): wrong shape")
        }
    }

    // MARK: Cancelling

    @Test("Cancel: a prompt that runs, one that waits, and one that is not known")
    func cancel() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            for number in 1...3 { try await client.submit(number: number) }
            #expect(try await client.cancelJob(TestPrompts.id(2)) == true)
            #expect(server.queued == [TestPrompts.id(3), TestPrompts.id(1)])
            #expect(try await client.cancelJob(TestPrompts.id(1)) == true)
            #expect(server.queued == [TestPrompts.id(3)])
            #expect(try await client.history(TestPrompts.id(1))?.end == .interrupted(node: "1"))
            #expect(try await client.cancelJob(TestPrompts.id(9)) == false)
        }
    }

    @Test("Cancel at an old server: there is no such call")
    func cancelOld() async throws {
        try await TestComfyUI.withRunning(.autumn2025, isAutomatic: false) { server in
            let client = try server.client()
            try await client.submit()
            #expect(try await client.cancelJob(TestPrompts.id(1)) == nil)
            #expect(server.queued == [TestPrompts.id(1)])
        }
    }

    @Test("Removing: only what waits")
    func remove() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            try await client.submit(number: 1)
            try await client.submit(number: 2)
            try await client.removeFromQueue([TestPrompts.id(1), TestPrompts.id(2)])
            #expect(server.queued == [TestPrompts.id(1)])
        }
    }

    @Test("Interrupting another prompt: nothing happens at a new server; an old one stops whatever runs")
    func interrupt() async throws {
        for version in [TestComfyUI.Version.summer2026, .autumn2025] {
            try await TestComfyUI.withRunning(version, isAutomatic: false) { server in
                let client = try server.client()
                try await client.submit(number: 1)
                try await client.interrupt(promptID: TestPrompts.id(2))
                #expect(server.queued.isEmpty == (version == .autumn2025))
            }
        }
    }

    // MARK: History

    @Test("Recent history: the newest first, no more than asked for, and forgotten when it is deleted")
    func recentHistory() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            for number in 1...4 { try await client.submit(TestPrompts.picture(seed: Int64(number)), number: number) }
            let recent = try await client.recentHistory(limit: 3)
            #expect(recent.map(\.promptID) == [4, 3, 2].map(TestPrompts.id))
            #expect(recent.first?.prompt == TestPrompts.picture(seed: 4))
            try await client.deleteHistory([TestPrompts.id(4)])
            #expect(try await client.history(TestPrompts.id(4)) == nil)
            #expect(server.remembered.count == 3)
        }
    }

    @Test("A server that was started again: no queue and no history")
    func restart() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            try await client.submit(number: 1)
            server.setAutomatic(false)
            try await client.submit(TestPrompts.picture(seed: 2), number: 2)
            server.restart()
            // A call may still go out on a connection that is just being closed.
            _ = try? await client.queue()
            #expect(try await !client.queue().contains(TestPrompts.id(2)))
            #expect(try await client.history(TestPrompts.id(1)) == nil)
        }
    }
}
