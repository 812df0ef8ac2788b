import NIOCore
import SpeedPix

extension Guide {
    static func simplest(_ client: SpeedPixClient) async throws {
        // sample: simplest
        struct ImageResult: Decodable, Sendable {
            var images: [ImageFile]
            var info: String?
        }

        let result = try await client.run(
            "text-to-image", input: ["prompt": "a beautiful landscape"], as: ImageResult.self)
        print(result.images.map(\.url))
        // end
    }

    static func simplestFile(_ client: SpeedPixClient, photo: String) async throws {
        // sample: simplest-file
        struct ImageResult: Decodable, Sendable {
            var images: [ImageFile]
        }

        let result = try await client.run(
            "white-background",
            input: [
                "text": "New season",
                "image": .path(photo),  // uploaded first
            ],
            as: ImageResult.self)
        print(result.images.count)
        // end
    }

    static func fullControl(
        _ client: SpeedPixClient, photo: String, chunks: AsyncStream<ByteBuffer>, mask: String
    ) async throws {
        // sample: full-control
        let prediction = try await client.predictions.create(
            "echo",
            input: [
                "text": "a complex scene",
                "data": [
                    "base_image": .path(photo),  // a local file
                    "style_ref": .file(.stream(UploadStream(chunks), filename: "style.png")),  // bytes as they come
                    "mask_url": .url(mask),  // the service fetches it by itself
                ],
            ])

        let completed = try await client.predictions.wait(for: prediction)
        print("output:", completed.output ?? .null)
        // end
    }

    static func asynchronous(_ client: SpeedPixClient) async throws {
        // sample: asynchronous
        let prediction = try await client.predictions.create(
            "text-to-image", input: ["prompt": "a beautiful landscape"])
        print("created", prediction.id)  // the alias is "main" unless you name one

        // … other work …

        let completed = try await client.predictions.wait(for: prediction)
        print("output:", completed.output ?? .null)
        // end
    }

    static func updates(_ client: SpeedPixClient, _ prediction: Prediction) async throws {
        // sample: updates
        for try await seen in client.predictions.updates(of: prediction) {
            print(seen.status, seen.progress.fraction)
        }
        // end
    }

    static func sharedResources(_ client: SpeedPixClient) async throws {
        // sample: resource-shared
        let done = try await client.run("text-to-image", input: ["prompt": "a beautiful landscape"])
        // end
        print(done.status)
    }

    static func dedicatedResources(_ client: SpeedPixClient) async throws {
        // sample: resource-dedicated
        var options = RunOptions()
        options.create.resourceConfigID = "your-dedicated-resource-id"
        let done = try await client.run(
            "text-to-image", input: ["prompt": "a beautiful landscape"], options: options)
        // end
        print(done.status)
    }

    static func fallbackResources(_ client: SpeedPixClient) async throws {
        // sample: resource-fallback
        let options = CreateOptions(resourceConfigIDs: ["pool-a", "pool-b", "default"])
        let prediction = try await client.predictions.create(
            "text-to-image", input: ["prompt": "a beautiful landscape"], options: options)
        // end
        print(prediction.id)
    }

    static func createWithResource(_ client: SpeedPixClient) async throws {
        // sample: resource-create
        let prediction = try await client.predictions.create(
            "text-to-image", input: ["prompt": "a beautiful landscape"],
            options: CreateOptions(resourceConfigIDs: ["your-dedicated-resource-id"]))
        // end
        print(prediction.id)
    }
}
