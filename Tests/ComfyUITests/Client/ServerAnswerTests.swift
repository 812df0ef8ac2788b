import SpeedPix
import Testing

@testable import ComfyUI

@Suite("Answers of a server")
struct ServerAnswerTests {
    @Test("Queue: who posted what, in the order in which it runs")
    func queue() throws {
        func item(_ number: Int64, _ id: String, _ client: String?) -> JSONValue {
            var extra: [String: JSONValue] = [:]
            if let client { extra["client_id"] = .string(client) }
            return [.integer(number), .string(id), [:], .object(extra), ["3"]]
        }
        let queue = try #require(
            QueueSnapshot([
                "queue_running": [item(1, "a", "us")],
                "queue_pending": [item(9, "d", nil), item(3, "c", "them"), item(2, "b", "us"), "odd"],
            ]))
        #expect(queue.running.map(\.promptID) == ["a"])
        #expect(queue.pending.map(\.promptID) == ["b", "c", "d"])
        #expect(queue.isRunning("a"))
        #expect(queue.contains("d"))
        #expect(!queue.contains("e"))
        #expect(queue.strangers(besides: "us") == 2)
    }

    @Test("Queue: an answer without lists is none")
    func noQueue() {
        #expect(QueueSnapshot(["queue_running": []]) == nil)
        #expect(QueueSnapshot("queue") == nil)
    }

    @Test("Files of an output: every list, whatever its name")
    func files() {
        let output: JSONValue = [
            "images": [["filename": "a.png", "subfolder": "x\\y", "type": "output"]],
            "gifs": [["filename": "b.mp4", "subfolder": "", "type": "temp"], ["text": "none"]],
            "text": ["not a file"], "animated": [true],
        ]
        let files = ServerFile.all(in: output)
        #expect(files.map(\.filename) == ["b.mp4", "a.png"])
        #expect(files.map(\.subfolder) == ["", "x/y"])
        #expect(files.map(\.folder) == [.temp, .output])
        #expect(ServerFile.all(in: output, named: "images").map(\.inputValue) == ["x/y/a.png"])
    }

    private func entry(_ messages: [JSONValue], status: String) throws -> HistoryEntry {
        try #require(
            HistoryEntry(
                promptID: "p",
                [
                    "prompt": [4, "p", TestPrompts.picture(), ["client_id": "us"], ["3"]],
                    "outputs": ["3": ["images": [["filename": "a.png", "subfolder": "", "type": "output"]]]],
                    "status": ["status_str": .string(status), "completed": true, "messages": .array(messages)],
                ]))
    }

    @Test("History: outputs, cached nodes and time of a success")
    func success() throws {
        let entry = try entry(
            [
                ["execution_start", ["prompt_id": "p", "timestamp": 1_760_000_000_000]],
                ["execution_cached", ["nodes": ["1", "2"]]], ["execution_success", ["prompt_id": "p"]],
            ], status: "success")
        #expect(entry.end == .success)
        #expect(entry.files(of: "3").map(\.filename) == ["a.png"])
        #expect(entry.files(of: "9").isEmpty)
        #expect(entry.cachedNodes == ["1", "2"])
        #expect(entry.started == 1_760_000_000_000)
        #expect(entry.targets == ["3"])
        #expect(entry.extraData["client_id"]?.stringValue == "us")
    }

    @Test("History: a failure with the title of its node")
    func failure() throws {
        let data: JSONValue = [
            "node_id": "2", "node_type": "TestSampler", "exception_type": "torch.cuda.OutOfMemoryError",
            "exception_message": "Allocation failed\nTraceback (most recent call last):\n  File x",
            "traceback": ["secret"],
        ]
        let entry = try entry([["execution_error", data]], status: "error")
        guard case .failed(let failure) = entry.end else {
            Issue.record("it ended with \(entry.end)")
            return
        }
        #expect(failure.description == "node 2 (TestSampler, “Second pass”): Allocation failed")
        #expect(failure.exceptionType == "OutOfMemoryError")
        #expect(failure.remedy != nil)
    }

    @Test("History: interrupted, and an error that says nothing")
    func otherEnds() throws {
        let interrupted = try entry([["execution_interrupted", ["node_id": "2"]]], status: "error")
        #expect(interrupted.end == .interrupted(node: "2"))
        guard case .failed(let failure) = try entry([], status: "error").end else {
            Issue.record("an error is no failure")
            return
        }
        #expect(failure.description == "the server gave no reason")
        #expect(failure.nodeID == nil)
    }

    @Test("History: values that are no entry")
    func noEntry() {
        #expect(HistoryEntry(promptID: "p", [:]) == nil)
        #expect(HistoryEntry(promptID: "p", ["prompt": [1]]) == nil)
        #expect(HistoryEntry.all(in: []) == nil)
        #expect(HistoryEntry.all(in: ["a": "odd"])?.isEmpty == true)
    }

    @Test("A failure in frames gets the title of its node from the prompt")
    func named() {
        let failure = ComfyUIFailure(["node_id": "2", "node_type": "TestSampler", "exception_message": "no"])
        #expect(failure.title == nil)
        #expect(failure.named(by: TestPrompts.picture()).description == "node 2 (TestSampler, “Second pass”): no")
    }

    @Test("System: versions that do not say theirs, and what is not ComfyUI")
    func statistics() throws {
        let statistics = try #require(ServerStatistics(["system": ["os": "nt"], "devices": [["name": "cpu"]]]))
        #expect(statistics.version == nil)
        #expect(statistics.devices.map(\.name) == ["cpu"])
        #expect(statistics.devices.first?.totalMemory == nil)
        #expect(ServerStatistics(["devices": []]) == nil)
    }
}
