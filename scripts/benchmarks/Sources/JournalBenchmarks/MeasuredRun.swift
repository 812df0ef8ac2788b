import Foundation
import HTTPTypes
import ProcessKit
import SpeedPix
import SpeedPixJournal
import Synchronization

/// A run at work, in a process of its own; prints what it took.
enum MeasuredRun {
    static let word = "measured-run"

    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> OwnCost {
        try OwnCost.ofChild([word] + arguments, environment: environment)
    }

    private static let description = RunDescription(
        script: "bench", folder: "/", endpoint: "http://127.0.0.1", appKey: "key")

    static func main(_ arguments: [String]) async throws {
        let (job, endpoint, count) = (arguments[0], arguments[1], Int(arguments[2]) ?? 0)
        let store = try arguments[3] == "journal" ? JournalStore(folder: arguments[4]) : nil
        switch job {
        case "creates":
            var dependencies = ClientDependencies()
            if let store { dependencies.journal = try store.begin(description, seed: 1) }
            let cost = OwnCost.begin()
            try await predictions(try client(endpoint, dependencies), count, concurrency: 64)
            try cost.print()
        case "steps":
            guard let store else { return }
            let journal = try store.begin(description, seed: 1)
            let cost = OwnCost.begin()
            let concurrency = arguments.count > 5 ? Int(arguments[5]) ?? 1 : 1
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    if number >= concurrency { try await group.next() }
                    group.addTask { try await step(number, journal) }
                }
                try await group.waitForAll()
            }
            try await journal.flush()
            try cost.print()
            try await journal.end(succeeded: true)
        case "creates-alone", "record":
            guard let store else { return }
            let journal = try store.begin(description, seed: 1)
            var dependencies = ClientDependencies(transport: InstantService())
            dependencies.journal = journal
            let before = store.commits
            let cost = OwnCost.begin()
            try await predictions(
                try client("http://127.0.0.1", dependencies), count, concurrency: 64, waits: job != "creates-alone")
            let commits = store.commits - before
            try cost.print(counts: ["commits": commits])
            try await journal.end(succeeded: true)
        case "resume":
            guard let store else { return }
            let service = InstantService()
            let cost = OwnCost.begin()
            var dependencies = ClientDependencies(transport: service)
            dependencies.journal = try store.resume(1, endpoint: description.endpoint, appKey: description.appKey)
            try await predictions(try client("http://127.0.0.1", dependencies), count, concurrency: 64)
            try cost.print(counts: ["calls": service.calls])
        default: throw ChildProcess.Failure(message: "no job \(job)")
        }
    }

    /// What a run writes down of one prediction, and nothing else: as a step of DBOS that does nothing.
    private static func step(_ number: Int, _ journal: RunJournal) async throws {
        let create = JournaledCreate(
            position: CreatePosition(rawValue: "map 1/item \(number)/create 1"),
            identity: CreateIdentity(digest: "\(number)", inputs: ["text": "\(number)"]), workflowID: "echo",
            input: ["text": .string("\(number)")])
        guard case .new(let key) = try await journal.claim(create) else { return }
        try await journal.recordIntent(key)
        try await journal.recordCreated(Prediction(id: "p-\(number)"), key)
        let ended = Prediction(record: ["id": .string("p-\(number)"), "status": "succeeded", "output": ["n": 1]])
        if let ended { journal.recordEnded(ended, byCaller: false) }
    }

    private static func client(_ endpoint: String, _ dependencies: ClientDependencies) throws -> SpeedPixClient {
        var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint)
        configuration.pollRate = 10_000
        return SpeedPixClient(configuration, dependencies: dependencies)
    }

    private static func predictions(
        _ client: SpeedPixClient, _ count: Int, concurrency: Int, waits: Bool = true
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= concurrency { try await group.next() }
                group.addTask {
                    var options = RunOptions()
                    options.create.position = CreatePosition(rawValue: "map 1/item \(number)/create 1")
                    let input: [String: InputValue] = [
                        "text": .string("\(number)"), "data": "a red kettle on a stove, in the style of a woodcut",
                    ]
                    if waits {
                        _ = try await client.predictions.run("echo", input: input, options: options)
                    } else {
                        _ = try await client.predictions.create("echo", input: input, options: options.create)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Answers at once, without a network: what is measured is the run and its journal.
final class InstantService: HTTPTransport {
    private let count = Atomic(0)

    var calls: Int { count.load(ordering: .relaxed) }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let number = count.add(1, ordering: .relaxed).newValue
        guard case .bytes(let body) = request.body else {
            throw ChildProcess.Failure(message: "a request without a body")
        }
        let id = try JSONValue(parsing: body)["taskId"] ?? .string("p-\(number)")
        let answer: JSONValue = [
            "status": 10,
            "data": [
                "taskId": id, "status": "succeeded",
                "result": [
                    "images": [
                        [
                            "url": .string("https://cdn.test/\(number).png?Expires=1&Signature=abcdef"), "width": 1024,
                            "height": 1024, "size": 123_456, "format": "png",
                        ]
                    ]
                ],
            ],
        ]
        return TransportResponse(status: .ok, headers: [:], body: AnyByteStream(try answer.encoded()))
    }
}
