import SpeedPix
import SpeedPixTesting
import Testing

@Suite("Values made up for tests")
struct MadeUpValueTests {
    @Test("A succeeded prediction has its output, its files and all of its progress")
    func succeeded() {
        let prediction = Prediction.succeeded(
            "t-1", of: "poster", output: ["images": "https://cdn.example.com/a.png"], input: ["text": "a"])
        #expect(prediction.id == "t-1" && prediction.status == .succeeded && prediction.workflowID == "poster")
        #expect(prediction.files.map(\.filename) == ["a.png"])
        #expect(prediction.progress.fraction == 1)
        #expect(prediction.input == ["text": "a"])
    }

    @Test("A failed and a canceled prediction end as the errors of a wait say")
    func ended() {
        let failed = SpeedPixError.ended(.failed("no face was found", id: "t-2"))
        #expect(failed.code == .predictionFailed && failed.message == "no face was found")
        #expect(failed.prediction?.error == "no face was found" && failed.prediction?.id == "t-2")
        let canceled = SpeedPixError.ended(.canceled("t-3", of: "poster"))
        #expect(canceled.code == .canceled && canceled.prediction?.workflowID == "poster")
    }

    @Test("A running prediction has the progress that it was given")
    func running() {
        let prediction = Prediction.running(fraction: 0.25, eta: .seconds(3))
        #expect(prediction.status == .running)
        #expect(prediction.progress == Prediction.Progress(0.25, eta: .seconds(3)))
    }

    @Test("A prediction takes everything that can be known of it")
    func everyField() {
        let date = ManualDate().now
        let prediction = Prediction(
            id: "t-1", status: .failed, workflowID: "w", label: "l", input: ["a": 1], output: ["b": 2], info: "i",
            currentImage: "https://cdn.example.com/c.png", error: "e", logs: "line\n",
            progress: .init(0.5, queueLength: 2, step: "s"),
            metrics: .init(predictTime: .seconds(1), totalTime: .seconds(2)), createdAt: date, startedAt: date,
            completedAt: date, estimatedDuration: .seconds(3), isReused: true)
        #expect(prediction.label == "l" && prediction.info == "i" && prediction.logs == "line\n")
        #expect(prediction.output == ["b": 2] && prediction.error == "e" && prediction.isReused)
        #expect(prediction.currentImage == "https://cdn.example.com/c.png")
        #expect(prediction.progress.queueLength == 2 && prediction.progress.step == "s")
        #expect(prediction.metrics.predictTime == .seconds(1) && prediction.metrics.totalTime == .seconds(2))
        #expect([prediction.createdAt, prediction.startedAt, prediction.completedAt] == [date, date, date])
        #expect(prediction.estimatedDuration == .seconds(3))
    }

    @Test("An uploaded file knows its type by its name, and goes into an input")
    func uploadedFile() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("poster", .succeed())
        let file = UploadedFile(
            url: "https://cdn.example.com/a.jpg", filename: "a.jpg", size: 3, createdAt: stub.date.now)
        #expect(file.mimeType == "image/jpeg" && file.objectKey.isEmpty)
        _ = try await client.run("poster", input: ["image": .uploaded(file)])
        #expect(stub.predictions.first?.input["image"] == "https://cdn.example.com/a.jpg")
        #expect(stub.uploads.isEmpty)
    }

    @Test("A file of an output has the properties that it was given, and no text but a URL makes one")
    func fileOutput() throws {
        let file = try FileOutput(url: "https://cdn.example.com/a.png", properties: ["width": 3, "filename": "b.png"])
        #expect(file.width == 3 && file.filename == "b.png" && file.url == "https://cdn.example.com/a.png")
        let error = #expect(throws: SpeedPixError.self) { try FileOutput(url: "./a.png") }
        #expect(error?.code == .invalidArgument)
    }

    @Test("A typed result is made of a prediction and an output")
    func typedResult() {
        let output = TextOutput(text: "done")
        let result = TypedPrediction.Succeeded(.succeeded(output: ["text": "done"]), output: output)
        #expect(result.output == output && result.prediction.id == "prediction-1")
    }
}
