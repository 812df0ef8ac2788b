import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Fields of answers for other clients")
struct AnswerFieldTests {
    /// Gives files of two outputs, with facts as a workflow tells them.
    private struct Filming: LocalWorkflow {
        let id = "filming"
        let title = "Gives a film and a picture"
        let inputs: [WorkflowInput] = [WorkflowInput("only_data", .boolean)]
        let estimatedDuration: Duration = .zero
        let isComputing = false

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            if inputs["only_data"]?.booleanValue == true { return WorkflowResult(outputs: ["text": .data("none")]) }
            return WorkflowResult(
                outputs: [
                    "video": .file(
                        WorkflowOutputFile(
                            .bytes(Array("a film".utf8)), filename: "film.mp4", mimeType: "video/mp4",
                            facts: ["frame_rate": 24, "has_audio": false, "codec": "h264", "audio_codec": "aac"])),
                    "images": .files([
                        WorkflowOutputFile(.bytes([1]), filename: "first.png", mimeType: "image/png"),
                        WorkflowOutputFile(.bytes([2]), filename: "second.png", mimeType: "image/png"),
                    ]),
                    "count": .data(3),
                ], info: "two outputs")
        }
    }

    private func progress(_ id: String, _ gateway: TestGateway) async throws -> JSONValue? {
        try await gateway.call(.progress, ["taskId": .string(id)]).json["data"]
    }

    @Test("The progress of a succeeded task has a fresh URL of its first picture")
    func currentImage() async throws {
        try await TestGateway.run(workflows: [Filming()]) { gateway in
            let id = try await gateway.create("filming")
            _ = try await gateway.ended(id)
            let url = try #require(try await progress(id, gateway)?["currentImage"]?.stringValue)
            let answer = try await gateway.send(.get, url)
            #expect(answer.status == 200)
            #expect(answer.bytes == [1])
            // As fresh as each poll.
            gateway.date.advance(by: .seconds(3000))
            let later = try #require(try await progress(id, gateway)?["currentImage"]?.stringValue)
            gateway.date.advance(by: .seconds(3000))
            #expect(try await gateway.send(.get, url).status == 403)
            #expect(try await gateway.send(.get, later).status == 200)
        }
    }

    @Test("The progress has no current image of a running or failed task or one without files")
    func noCurrentImage() async throws {
        try await TestGateway.run(workflows: [EchoWorkflow(), Filming()]) { gateway in
            let running = try await gateway.create("echo", ["duration": 10])
            await gateway.clock.waitForSleepers(1)
            let failed = try await gateway.create("echo", ["fail": "on purpose"])
            let textual = try await gateway.create("filming", ["only_data": true])
            for id in [failed, textual] { _ = try await gateway.ended(id) }
            for id in [running, failed, textual] {
                let data = try #require(try await progress(id, gateway)?.objectValue)
                #expect(data["currentImage"] == .some(.null))
            }
        }
    }

    @Test("Each envelope has startTime and endTime")
    func envelope() async throws {
        try await TestGateway.run { gateway in
            for answer in [
                try await gateway.call(.create, ["workflow_id": "echo", "alias_id": "main"]),
                try await gateway.call(.progress, ["taskId": "nope"]),
            ] {
                let members = try #require(answer.json.objectValue)
                #expect(members["startTime"] == .some(.null))
                #expect(members["endTime"] == .some(.null))
            }
        }
    }

    @Test("The info of a task is beside its result and not in it")
    func info() async throws {
        try await TestGateway.run(workflows: [Filming()]) { gateway in
            let id = try await gateway.create("filming")
            _ = try await gateway.ended(id)
            let data = try await gateway.call(.result, ["taskId": .string(id)]).json["data"]
            #expect(data?["info"] == ["message": "two outputs"])
            #expect(data?["result"]?.objectValue?.keys.sorted() == ["count", "images", "video"])
        }
    }

    @Test("A file of a result has its properties in snake case and in camel case")
    func spellings() async throws {
        try await TestGateway.run(workflows: [Filming()]) { gateway in
            let id = try await gateway.create("filming")
            _ = try await gateway.ended(id)
            let data = try await gateway.call(.result, ["taskId": .string(id)]).json["data"]
            let film = try #require(data?["result"]?["video"]?.objectValue)
            for (snake, camel, value) in [
                ("frame_rate", "frameRate", 24), ("has_audio", "hasAudio", false),
                ("audio_codec", "audioCodec", "aac"), ("file_size", "fileSize", 6), ("size", "size", 6),
                ("codec", "codec", "h264"),
            ] as [(String, String, JSONValue)] {
                #expect(film[snake] == value)
                #expect(film[camel] == value)
            }
        }
    }

    @Test("A poll may have additional members, and a create flags as text")
    func extraMembers() async throws {
        try await TestGateway.run { gateway in
            let created = try await gateway.call(
                .create,
                ["workflow_id": "echo", "alias_id": "main", "inputs": ["text": "hello"], "randomise_seeds": "true"])
            let id = created.json["data"]?["taskId"]?.stringValue ?? ""
            _ = try await gateway.ended(id)
            for route in [Route.progress, .result] {
                let answer = try await gateway.call(
                    route, ["taskId": .string(id), "workflow_id": "echo", "alias_id": "main"])
                #expect(answer.json["status"] == 10)
                #expect(answer.json["data"]?["status"] == "succeeded")
            }
        }
    }
}
