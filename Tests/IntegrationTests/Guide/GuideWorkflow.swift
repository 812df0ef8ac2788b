import SpeedPix
import SpeedPixGateway

/// A workflow for the articles: takes a picture and gives it back as whatever a service might make of it.
struct GuideWorkflow: LocalWorkflow {
    let id: String
    let outputs: @Sendable (WorkflowInputFile) -> [String: WorkflowOutput]

    let title = "Stands in for a workflow of the service"
    let inputs = [
        WorkflowInput("image", .file, isRequired: true),
        WorkflowInput("prompt", .string), WorkflowInput("strength", .number), WorkflowInput("duration", .number),
        WorkflowInput("fps", .integer), WorkflowInput("motion_strength", .number),
    ]
    let estimatedDuration: Duration = .zero
    let isComputing = false

    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        guard let file = inputs["image"]?.fileValue else { throw WorkflowFailure("there is no picture") }
        return WorkflowResult(outputs: outputs(file), info: .string("made by \(id)"))
    }

    private static func file(
        _ input: WorkflowInputFile, named filename: String, mimeType: String, facts: [String: JSONValue] = [:]
    ) -> WorkflowOutputFile {
        WorkflowOutputFile(.path(input.path), filename: filename, mimeType: mimeType, facts: facts)
    }

    /// Every workflow that the samples name and the gateway has not.
    static let all: [any LocalWorkflow] = [
        GuideWorkflow(id: "image-to-image") {
            ["images": .files([file($0, named: "oil.jpg", mimeType: "image/jpeg")])]
        },
        GuideWorkflow(id: "image-to-video") { input in
            let facts: [String: JSONValue] = [
                "duration": 5, "width": 1920, "height": 1080, "codec": "h264", "frame_rate": 24, "has_audio": true,
                "audio_codec": "aac",
            ]
            let clip = file(input, named: "clip.mp4", mimeType: "video/mp4", facts: facts)
            return ["video": .file(clip), "videos": .files([clip])]
        },
        GuideWorkflow(id: "text-to-speech") { input in
            let facts: [String: JSONValue] = [
                "duration": 2.5, "sample_rate": 44_100, "bitrate": 128_000, "channels": 2,
            ]
            return ["audios": .files([file(input, named: "speech.mp3", mimeType: "audio/mpeg", facts: facts)])]
        },
        GuideWorkflow(id: "report") { input in
            let facts: [String: JSONValue] = ["pages": 3, "language": "en", "author": "A. Writer"]
            return ["document": .file(file(input, named: "report.pdf", mimeType: "application/pdf", facts: facts))]
        },
        GuideWorkflow(id: "poster") { input in
            ["images": .data(["https://cdn.example/poster.png"]), "text": .data("Half the price")]
        },
        GuideWorkflow(id: "detailed") { input in
            [
                "main_image": .file(file(input, named: "main.jpg", mimeType: "image/jpeg")),
                "thumbnails": .files([
                    file(input, named: "small.jpg", mimeType: "image/jpeg"),
                    file(input, named: "tiny.jpg", mimeType: "image/jpeg"),
                ]),
                "metadata": .data(["model": "m-1"]), "process_time": .data(1.5),
            ]
        },
    ]
}
