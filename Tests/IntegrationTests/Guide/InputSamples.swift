import Foundation
import NIOCore
import SpeedPix

extension Guide {
    static func variables(_ client: SpeedPixClient, image: URL, seed: UInt64, mask: URL?) async throws {
        // sample: variables
        let done = try await client.run(
            "echo", input: ["image": image, "data": InputValue(["seed": seed, "mask": mask, "strength": 0.5])])
        print(done.output?["data"] ?? .null)
        // end
    }

    static func encodable(_ client: SpeedPixClient, photo: URL) async throws {
        // sample: encodable
        struct Echo: Encodable {
            struct Size: Encodable { var width = 512, height: UInt64 = 768 }

            var image: URL  // of a file: uploaded first
            var text: String?
            var data = Size()
        }

        let result = try await client.run("echo", input: Echo(image: photo, text: "hello"), as: ImageOutput.self)
        print(result.id, result.metrics.predictTime ?? .zero, result.images.count)
        // end
    }

    static func heartbeat(_ client: SpeedPixClient, _ prediction: Prediction) async throws {
        // sample: heartbeat
        for try await seen in client.predictions.updates(of: prediction, atLeastEvery: .seconds(15)) {
            print(seen.status)  // for example to a browser, whose connection would be closed for silence
        }
        // end
    }

    static func stream(
        _ client: SpeedPixClient, _ picture: FileOutput, send: (ByteBuffer) async throws -> Void
    ) async throws {
        // sample: files-stream
        for try await chunk in client.files.stream(picture) {
            try await send(chunk)
        }
        // end
    }

    static func kept(_ client: SpeedPixClient, _ prediction: Prediction) async throws {
        // sample: predictions-codable
        let data = try JSONEncoder().encode(prediction)
        // … later, in another program …
        let kept = try JSONDecoder().decode(Prediction.self, from: data)
        let done = try await client.predictions.wait(for: kept)
        print(done.status)
        // end
    }
}
