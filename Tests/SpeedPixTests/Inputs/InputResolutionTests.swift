import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Files in inputs")
struct InputResolutionTests {
    /// A service that signs uploads and takes them, and creates.
    private func service() throws -> ScriptedService {
        try ScriptedService(
            then: .choosing { request in
                if request.method == .put { return .text("") }
                guard request.path.hasSuffix("upload_sign") else { return .ok(["taskId": "t-1"]) }
                let name = request.json["originalFilename"]?.stringValue ?? ""
                return .ok([
                    "uploadUrl": "https://store.test/put", "objectKey": .string(name),
                    "accessUrl": .string("https://store.test/\(name)"),
                ])
            })
    }

    @Test("Files at any depth of an input are uploaded and replaced by their URLs")
    func filesAreFoundAtAnyDepth() async throws {
        let service = try service()
        let input: [String: InputValue] = [
            "text": "./not-a-file.png",
            "image": .bytes([1], filename: "a.png"),
            "list": [.bytes([2], filename: "b.png"), 3, ["mask": .bytes([4], filename: "c.png")]],
            "data": .json(["kept": ["as", "it", "is"]]),
        ]
        let prediction = try await service.create(input)
        #expect(
            prediction.input == [
                "text": "./not-a-file.png", "image": "https://store.test/a.png",
                "list": ["https://store.test/b.png", 3, ["mask": "https://store.test/c.png"]],
                "data": ["kept": ["as", "it", "is"]],
            ])
        #expect(service.requests.last?.json["inputs"] == prediction.input.map(JSONValue.object))
    }

    /// The official client uploads "/etc/hostname" out of a prompt field.
    @Test(
        "A string in an input that looks like a path is sent as text",
        arguments: ["/etc/hostname", "./nope.png", "~/a.jpg", "C:\\a.png"])
    func stringsAreNotPaths(_ text: String) async throws {
        let service = try service()
        #expect(try await service.create(["prompt": .string(text)]).input == ["prompt": .string(text)])
        #expect(service.requests.count == 1)
    }

    @Test("A missing file in an input is an error, and nothing is created")
    func missingFile() async throws {
        let service = try service()
        let error = try await speedPixError { try await service.create(["image": .path("./nope.png")]) }
        #expect(error.code == .fileNotFound)
        #expect(error.message.contains("nope.png"))
        #expect(!service.paths.contains("/scc/comfy_prompt"))
    }

    @Test("Outputs and URLs in an input are sent without an upload")
    func outputsAndURLs() async throws {
        let service = try service()
        let file = try #require(FileOutput(["url": "https://cdn.test/x.png", "width": 3]))
        let prediction = try await service.create(["a": .output(file), "b": .url("https://cdn.test/y.png")])
        #expect(prediction.input == ["a": "https://cdn.test/x.png", "b": "https://cdn.test/y.png"])
        #expect(service.requests.count == 1)
    }

    @Test("The uploads of an input count against the timeout of its run")
    func uploadsCountAgainstARunsDeadline() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .silence, clock: clock)
        let options = RunOptions(wait: WaitOptions(timeout: .seconds(5)))
        let task = Task {
            try await service.predictions.run(
                "wf-1", input: ["image": .bytes([1], filename: "a.png")], options: options)
        }
        await service.transport.waitForRequests(1)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(5))
        let error = try await speedPixError { try await task.value }
        #expect(error.code == .timeout)
        #expect(error.remedy?.contains("nothing was created") == true)
        #expect(error.prediction == nil)
        #expect(service.requests.count == 1)
    }
}
