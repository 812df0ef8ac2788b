// sample: testing-stub
import SpeedPix
import SpeedPixGatewayTesting
import SpeedPixTesting
import Testing

// end

// sample: testing-code
/// Makes a shop's product cards.
struct CardMaker: Sendable {
    let client: SpeedPixClient

    /// The card as a file's bytes; nil if the photo shows nothing that could be cut out.
    func card(photo: [UInt8], title: String) async throws -> [UInt8]? {
        do {
            let done = try await client.run(
                "white-background",
                input: ["image": .bytes(photo, filename: "photo.jpg"), "text": .string(title)],
                options: RunOptions(wait: WaitOptions(timeout: .seconds(120))))
            return try await client.files.read(done.files[0].url)
        } catch let error as SpeedPixError where error.code == .predictionFailed {
            return nil
        }
    }
}
// end

@Suite("The samples of the article on testing")
struct TestingSamples {
    // sample: testing-stub
    @Test("A card is what the workflow made of the photo and the title")
    func card() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("white-background", .progress(0.5), .succeed(output: ["images": stub.file([7, 8], named: "card.png")]))

        let card = try await CardMaker(client: client).card(photo: [1, 2, 3], title: "New season")

        #expect(card == [7, 8])
        let created = try #require(stub.predictions.first)
        #expect(created.input["text"] == "New season")
        #expect(stub.upload(at: created.input["image"])?.bytes == [1, 2, 3])
    }
    // end

    // sample: testing-faults
    @Test("There is no card of a photo that shows nothing")
    func emptyPhoto() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("white-background", .fail("nothing was found to cut out"))
        #expect(try await CardMaker(client: client).card(photo: [1], title: "") == nil)
    }

    @Test("A card whose create may have been paid for is not made twice")
    func lostAnswer() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("white-background", .succeed())
        stub.inject(.resetAfter, into: .create)
        let error = await #expect(throws: SpeedPixError.self) {
            try await CardMaker(client: client).card(photo: [1], title: "")
        }
        #expect(error?.code == .unknownOutcome)
        #expect(stub.predictions.count == 1)
    }
    // end

    // sample: testing-time
    @Test("A card that is not ready after two minutes is given up")
    func slowCard() async throws {
        let clock = ManualClock()
        let (client, stub) = SpeedPixClient.stubbed(clock: clock)
        stub.on("white-background", .progress(0.5))

        let card = Task { try await CardMaker(client: client).card(photo: [1], title: "") }
        // The pause before its first poll, which then comes too late.
        await clock.waitForPauses(1)
        clock.advance(by: .seconds(120))

        let error = await #expect(throws: SpeedPixError.self) { try await card.value }
        #expect(error?.code == .timeout)
    }
    // end

    // sample: testing-gateway
    @Test("A card of a real photo is a PNG")
    func realCard() async throws {
        try await withGateway { client in
            let photo = try await client.run(
                "text-to-image", input: ["prompt": "a red vase", "width": 128, "height": 128])
            let bytes = try await client.files.read(photo.files[0].url)

            let card = try await CardMaker(client: client).card(photo: bytes, title: "New season")

            #expect(card?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
        }
    }
    // end

    // sample: testing-values
    @Test("The captions of a list of predictions")
    func captions() throws {
        func caption(_ prediction: Prediction) -> String {
            switch prediction.status {
            case .succeeded: prediction.files.first?.filename ?? "no file"
            case .failed: prediction.error ?? "failed"
            default: "\(Int(prediction.progress.fraction * 100)) %"
            }
        }
        let predictions: [Prediction] = [
            .succeeded(output: ["images": "https://cdn.example.com/a.png"]),
            .failed("no face was found"),
            .running(fraction: 0.25),
        ]
        #expect(predictions.map(caption) == ["a.png", "no face was found", "25 %"])
    }
    // end
}
