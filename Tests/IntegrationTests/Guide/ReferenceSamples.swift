import Foundation
import NIOCore
import SpeedPix

extension Guide {
    static func configuration(_ environment: [String: String], transport: any HTTPTransport) throws {
        // sample: configuration
        var configuration = try SpeedPixClient.Configuration(
            appKey: "your-app-key",
            appSecret: "your-app-secret",
            endpoint: "https://custom-endpoint.example",  // by default the public service
            timeout: .seconds(60),  // of one call; by default 30 s
            userAgent: "my-app/1.0.0")
        configuration.retries.attempts = 6  // by default 4
        configuration.pollRate = 50  // polls a second at most; by default it adapts to the service

        let client = SpeedPixClient(
            configuration,
            dependencies: ClientDependencies(transport: transport))  // by default shared connections
        // end
        print(client.configuration)
        // sample: configuration-environment
        // SPEEDPIX_APP_KEY, SPEEDPIX_APP_SECRET and, if it is set, SPEEDPIX_ENDPOINT.
        let fromEnvironment = try SpeedPixClient.Configuration(environment: environment)
        // end
        print(fromEnvironment)
    }

    static func runOptions(_ client: SpeedPixClient) async throws {
        // sample: run-options
        var options = RunOptions()
        options.create.aliasID = "main"  // or versionID, not both
        options.create.randomizeSeeds = true
        options.create.returnTempFiles = false
        options.create.resourceConfigID = "default"
        options.wait.timeout = .seconds(600)  // of the whole run, uploads included; by default as long as it goes on
        options.wait.pollingInterval = .seconds(1)  // by default adaptive
        options.wait.onProgress = { seen in print(seen.status, seen.progress.fraction) }
        options.onCreated = { created in print("created", created.id) }

        let done = try await client.run("echo", input: ["text": "hello"], options: options)
        print(done.output ?? .null)
        // end
    }

    static func runTyped(_ client: SpeedPixClient) async throws {
        // sample: run-typed
        struct EchoResult: Decodable, Sendable {
            var text: String
        }

        let result = try await client.run("echo", input: ["text": "hello"], as: EchoResult.self)
        print(result.text)
        // end
    }

    static func predictions(_ client: SpeedPixClient) async throws {
        // sample: predictions-create
        let prediction = try await client.predictions.create(
            "echo",
            input: ["text": "hello"],
            options: CreateOptions(aliasID: "main", randomizeSeeds: false, returnTempFiles: false))
        // end
        let predictionID = prediction.id
        // sample: predictions-get
        let now = try await client.predictions.get(predictionID)
        print(now.status)
        // end
        // sample: predictions-wait
        let done = try await client.predictions.wait(
            for: prediction, options: WaitOptions(timeout: .seconds(600), pollingInterval: .seconds(1)))
        print(done.output ?? .null)
        // end
    }

    static func typedPrediction(_ client: SpeedPixClient) async throws {
        // sample: predictions-create-typed
        let prediction = try await client.predictions.create("echo", input: ["text": "hello"], as: TextOutput.self)
        let done = try await prediction.wait()
        print(done.output.text, done.prediction.id)
        // end
    }

    static func cancel(_ client: SpeedPixClient, _ predictionID: String) async throws {
        // sample: predictions-cancel
        do {
            let ended = try await client.predictions.cancel(predictionID)
            print(ended.status)
        } catch let error as SpeedPixError where error.code == .unsupported {
            print("this service cannot cancel; the prediction goes on")
        }
        // end
    }

    static func uploads(_ client: SpeedPixClient, photo: String, chunks: AsyncStream<ByteBuffer>) async throws {
        // sample: files-create
        let file = try await client.files.upload(.path(photo))
        // end
        // sample: files-properties
        print(file.id)  // the service's name for it; also objectKey
        print(file.url)  // what goes into an input; also accessURL
        print(file.createdAt, file.size, file.mimeType)
        print(file.expiresAt?.description ?? "the service did not say")
        // end
        // sample: files-create-stream
        let streamed = try await client.files.upload(.stream(UploadStream(chunks), filename: "picture.png"))
        let fromMemory = try await client.files.upload(.bytes(Array("some text".utf8), filename: "note.txt"))
        // end
        print(streamed.size, fromMemory.size)
        let fileID = file.id
        // sample: files-get
        let known = try await client.files.get(fileID)
        print(known.url)
        // end
        // sample: files-delete
        try await client.files.delete(fileID)
        // end
        _ = try await client.files.get(fileID)
    }

    static func downloads(_ client: SpeedPixClient, folder: String) async throws {
        // sample: files-download
        let done = try await client.run(
            "text-to-image", input: ["prompt": "a red kettle", "width": 256, "height": 256])
        for path in try await client.files.download(done.files, into: folder) {
            print(path)
        }
        // end
    }

    static func status(_ client: SpeedPixClient, _ predictionID: String) async throws {
        // sample: status
        let prediction = try await client.predictions.get(predictionID)
        print(prediction.id, prediction.status)  // waiting, running, succeeded, failed or canceled
        print(prediction.output ?? "no output yet")
        print(prediction.error ?? "no error")
        print(prediction.logs)
        print(prediction.progress.fraction, prediction.progress.queueLength ?? 0)
        print(prediction.createdAt as Any, prediction.startedAt as Any, prediction.completedAt as Any)
        // end
        // sample: metrics
        print(prediction.metrics.predictTime ?? .zero)  // computing
        print(prediction.metrics.totalTime ?? .zero)  // from the create to the end
        // end
    }

    static func errors(_ client: SpeedPixClient) async throws {
        // sample: prediction-error
        do {
            let done = try await client.run("echo", input: ["fail": "there is nothing in the picture"])
            print(done.id)
        } catch let error as SpeedPixError where error.code == .predictionFailed {
            print(error.message, error.prediction?.status ?? "unknown")
        }
        // end
        // sample: api-error
        do {
            let done = try await client.run("no-such-workflow", input: [:])
            print(done.id)
        } catch let error as SpeedPixError {
            print(error.code, error.httpStatus ?? 0, error.serviceCode ?? "", error.message)
            if let remedy = error.remedy { print("hint:", remedy) }
            if error.isRetryable { print("the same call could succeed later") }
            if let prediction = error.prediction { print("it is paid for:", prediction.id) }
        }
        // end
    }
}
