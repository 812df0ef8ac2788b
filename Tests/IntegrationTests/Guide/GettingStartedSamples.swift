// sample: first-run
import Foundation
import SpeedPix

// end

extension Guide {
    static func firstRun() async throws {
        // sample: first-run
        struct ImageResult: Decodable, Sendable {
            var images: ImageFile
            var info: String?
        }

        let process = ProcessInfo.processInfo
        let client = SpeedPixClient(try SpeedPixClient.Configuration(environment: process.environment))

        let result = try await client.run(
            "white-background",
            input: [
                "text": "A dahlia",
                "image": .path(process.arguments[1]),
            ],
            as: ImageResult.self)

        let path = try await result.images.save(to: process.arguments[2])
        print("saved as \(path)")
        print("info: \(result.info ?? "none")")
        print("URL: \(result.images.url)")
        // end
    }

    static func credentials() throws -> SpeedPixClient.Configuration {
        // sample: credentials
        let configuration = try SpeedPixClient.Configuration(appKey: "your-app-key", appSecret: "your-app-secret")
        // end
        return configuration
    }
}
