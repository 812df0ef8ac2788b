import Logging
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import Imaging
@testable import SpeedPixGateway

@Suite("Previews of workflows on this machine")
struct PreviewTests {
    /// Shows what it is given, and waits to be let go.
    private struct Showing: LocalWorkflow {
        let id = "showing"
        let title = "Shows bytes"
        let inputs = [WorkflowInput("first_byte", .integer, isRequired: true)]
        let estimatedDuration: Duration = .zero
        let isComputing = false
        let gate: Gate

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            task.preview([UInt8(clamping: inputs["first_byte"]?.integerValue ?? 0), 0xD8, 0xFF, 0xE0])
            try await gate.hold("shown")
            return WorkflowResult(outputs: ["text": .data("done")])
        }
    }

    private func currentImage(_ id: String, _ gateway: TestGateway) async throws -> String? {
        try await gateway.call(.progress, ["taskId": .string(id)]).json["data"]?["currentImage"]?.stringValue
    }

    @Test("A picture is the current image while the workflow runs, and nothing afterwards")
    func picture() async throws {
        let gate = Gate()
        try await TestGateway.run(workflows: [Showing(gate: gate)]) { gateway in
            let id = try await gateway.create("showing", ["first_byte": 255])
            await gate.waitForStarts(1)
            let url = try #require(try await currentImage(id, gateway))
            let answer = try await gateway.send(.get, url)
            #expect(answer.status == 200 && answer.bytes == [0xFF, 0xD8, 0xFF, 0xE0])
            #expect(answer.headers[.contentType] == "image/jpeg")
            // A URL is good as long as those of results are, and some minutes more.
            gateway.date.advance(by: .seconds(2 * 3600))
            #expect(try await gateway.send(.get, url).status == 403)
            gate.open("shown")
            let done = try await gateway.ended(id)
            #expect(done.currentImage == nil && done.preview == nil, "\(done)")
            #expect(try await currentImage(id, gateway) == nil)
        }
    }

    @Test("What is no picture is not shown")
    func noPicture() async throws {
        let gate = Gate()
        try await TestGateway.run(workflows: [Showing(gate: gate)]) { gateway in
            let id = try await gateway.create("showing", ["first_byte": 1])
            await gate.waitForStarts(1)
            #expect(try await currentImage(id, gateway) == nil)
            gate.open("shown")
            _ = try await gateway.ended(id)
        }
    }

    /// The last picture that a workflow has shown of its run; nil if it has shown none.
    private func preview(
        of id: String, _ source: [UInt8], _ inputs: [String: WorkflowInputValue], in folder: TemporaryFolder
    ) async throws -> Image? {
        let workflow = try await ScriptWorkflow(id: id, source: source)
        let progress = ReportedProgress()
        let task = WorkflowTask(
            id: "prediction", clock: ContinuousClock(), searchPath: "",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, reported: progress,
            scratch: ScratchDirectory(FilePath(folder["scratch"])))
        _ = try await workflow.run(inputs, task)
        return try progress.current.preview.map { try Image.open(bytes: Array(buffer: $0.bytes)) }
    }

    @Test("text-to-image shows a large picture in small while it is drawn")
    func drawing() async throws {
        let folder = try TemporaryFolder()
        let source = PackageResources.text_to_image_lua
        let large: [String: WorkflowInputValue] = [
            "prompt": .string("a lake"), "width": .integer(1024), "height": .integer(512),
        ]
        let shown = try #require(try await preview(of: "text-to-image", source, large, in: folder))
        #expect((shown.width, shown.height) == (384, 192))
        let small = large.merging(["width": .integer(64), "height": .integer(64)]) { $1 }
        let none = try await preview(of: "text-to-image", source, small, in: folder)
        #expect(none == nil)
    }

    @Test("img2img shows each look but the last one, which is the result")
    func looks() async throws {
        let folder = try TemporaryFolder()
        let picture = try Image.blank(width: 120, height: 90, color: Color("#c8c8c8")).encoded(format: .png)
        let path = try folder.write(picture, to: "picture.png")
        let source = PackageResources.img2img_lua
        let image = WorkflowInputValue.file(
            WorkflowInputFile(path: path, filename: "picture.png", mimeType: "image/png"))
        let two: [String: WorkflowInputValue] = ["image": image, "prompt": .string("oil painting, at night")]
        let shown = try #require(try await preview(of: "img2img", source, two, in: folder))
        #expect((shown.width, shown.height) == (120, 90))
        let one = two.merging(["prompt": .string("at night")]) { $1 }
        let none = try await preview(of: "img2img", source, one, in: folder)
        #expect(none == nil)
    }
}
