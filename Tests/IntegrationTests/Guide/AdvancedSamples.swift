import AsyncHTTPClient
import CoreMetrics
import HTTPTypes
import Logging
import SpeedPix
import SpeedPixJournal

extension Guide {
    static func customHTTPClient(_ configuration: SpeedPixClient.Configuration) async throws {
        // sample: custom-http
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = .seconds(10)
        settings.timeout.read = .minutes(10)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10
        settings.connectionPool.idleTimeout = .seconds(30)
        let http = HTTPClient(configuration: settings)

        let client = SpeedPixClient(
            configuration, dependencies: ClientDependencies(transport: AsyncHTTPTransport(http)))
        print(try await client.run("echo", input: ["text": "hello"]).status)

        try await http.shutdown()
        // end
    }

    static func retry(
        _ client: SpeedPixClient, clock: any Clock<Duration>, options: RunOptions
    ) async throws -> Prediction {
        // sample: retry
        func runPatiently(
            _ workflowID: String, input: [String: InputValue], options: RunOptions, rounds: Int
        ) async throws -> Prediction {
            var created: Prediction?
            var round = 1
            while true {
                do {
                    if let created {
                        return try await client.predictions.wait(for: created, options: options.wait)
                    }
                    return try await client.run(workflowID, input: input, options: options)
                } catch let error as SpeedPixError where error.isRetryable && round < rounds {
                    // With a prediction, it exists and is paid for: wait for the same one again.
                    // Without one, nothing was started, and it may be created once more.
                    created = created ?? error.prediction
                    try await clock.sleep(for: .seconds(1 << round))
                    round += 1
                }
            }
        }
        // end
        return try await runPatiently("wf-1", input: ["text": "hello"], options: options, rounds: 5)
    }

    static func durableRun(
        _ configuration: SpeedPixClient.Configuration, stateFolder: String, _ items: [String]
    ) async throws -> [String: Prediction] {
        // sample: durable-run
        func makeCards(_ items: [String]) async throws -> [String: Prediction] {
            let store = try JournalStore(folder: stateFolder)
            let run = RunDescription(
                script: "cards", folder: stateFolder, endpoint: configuration.endpoint, appKey: configuration.appKey)
            let unfinished = try store.newestUnfinished(run)
            let journal =
                try unfinished.map { try store.resume($0, endpoint: run.endpoint, appKey: run.appKey) }
                ?? store.begin(run, seed: 0)
            var dependencies = ClientDependencies()
            dependencies.journal = journal
            let client = SpeedPixClient(configuration, dependencies: dependencies)

            var cards: [String: Prediction] = [:]
            for item in items {
                var options = RunOptions()
                options.create.position = CreatePosition(rawValue: "item \(item)/create 1")
                cards[item] = try await client.run("echo", input: ["text": .string(item)], options: options)
            }
            try await journal.end(succeeded: true)
            return cards
        }
        // end
        return try await makeCards(items)
    }

    static func retryPolicy(_ configuration: inout SpeedPixClient.Configuration) {
        // sample: retry-policy
        configuration.retries.attempts = 6
        configuration.retries.base = .seconds(1)
        configuration.retries.longest = .seconds(20)
        // end
    }

    static func monitoring(_ client: SpeedPixClient, input: [String: InputValue], logger: Logger) async throws {
        // sample: monitoring
        func runWithMonitoring(
            _ workflowID: String, input: [String: InputValue]
        ) async throws -> Prediction {
            let clock = ContinuousClock()
            let start = clock.now
            logger.info("running \(workflowID)")
            do {
                let done = try await client.run(workflowID, input: input)
                logger.info("\(workflowID) is done after \(clock.now - start)", metadata: ["prediction": "\(done.id)"])
                return done
            } catch {
                logger.error("\(workflowID) failed after \(clock.now - start): \(error)")
                throw error
            }
        }
        // end
        print(try await runWithMonitoring("echo", input: input).status)
    }

    static func logged(_ configuration: SpeedPixClient.Configuration) -> SpeedPixClient {
        // sample: logging
        var logger = Logger(label: "shop.pictures")
        logger.logLevel = .debug
        let client = SpeedPixClient(configuration, metrics: MetricsSystem.factory, logger: logger)
        // end
        return client
    }

    // sample: middleware
    struct Tracing: ClientMiddleware {
        let trace: String
        let logger: Logger

        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: Next
        ) async throws -> TransportResponse {
            var request = request
            if let name = HTTPField.Name("traceparent") { request.headers[name] = trace }
            let response = try await next(request)
            logger.info("\(operation): HTTP \(response.status.code)")
            return response
        }
    }
    // end

    static func traced(_ configuration: SpeedPixClient.Configuration, trace: String, logger: Logger) -> SpeedPixClient {
        // sample: middleware-use
        let client = SpeedPixClient(configuration, middleware: [Tracing(trace: trace, logger: logger)])
        // end
        return client
    }
}
