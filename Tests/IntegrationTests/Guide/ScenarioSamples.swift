import SpeedPix

extension Guide {
    static func textToImage(_ client: SpeedPixClient, folder: String) async throws {
        // sample: text-to-image
        let result = try await client.run(
            "text-to-image",
            input: [
                "prompt": "a beautiful sunset over the sea",
                "negative_prompt": "low quality, blurry",
                "width": 1024,
                "height": 768,
                "seed": 20,
            ],
            as: ImageOutput.self)
        try await result.images[0].save(to: "\(folder)/sunset.png")
        // end
    }

    static func imageToImage(_ client: SpeedPixClient, photo: String) async throws {
        // sample: image-to-image
        let result = try await client.run(
            "image-to-image",
            input: [
                "image": .path(photo),  // uploaded first
                "prompt": "as an oil painting",
                "strength": 0.8,
            ],
            as: ImageOutput.self)
        print(result.images.map(\.filename))
        // end
    }

    static func imageToVideo(_ client: SpeedPixClient, photo: String, folder: String) async throws {
        // sample: image-to-video
        struct VideoResult: Decodable, Sendable {
            var video: VideoFile
            var info: String?
        }

        let result = try await client.run(
            "image-to-video",
            input: [
                "image": .path(photo),
                "duration": 5.0,
                "fps": 24,
                "motion_strength": 0.5,
            ],
            as: VideoResult.self)
        try await result.video.save(to: "\(folder)/clip.mp4")
        // end
    }

    static func batch(_ client: SpeedPixClient, prompts: [String]) async throws {
        // sample: batch
        var predictions: [TypedPrediction<ImageOutput>] = []
        for (index, prompt) in prompts.enumerated() {
            do {
                predictions.append(
                    try await client.predictions.create(
                        "text-to-image", input: ["prompt": prompt, "seed": index], as: ImageOutput.self))
            } catch {
                print("\(prompt): \(error)")
            }
        }

        for try await done in client.predictions.completed(of: predictions) {
            switch done.result {
            case .success(let completed): print("\(done.index) gave \(completed.images.count) pictures")
            case .failure(let error): print("\(done.index): \(error)")
            }
        }
        // end
    }

    static func batchInOrder(_ client: SpeedPixClient, _ predictions: [TypedPrediction<ImageOutput>]) async throws {
        // sample: batch-in-order
        for result in try await client.predictions.wait(forAll: predictions) {
            print((try? result.get().images.count) ?? 0)
        }
        // end
    }
}
