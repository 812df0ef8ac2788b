import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPix

/// A journal whose creates are sent only while answers that were given in advance are true.
private final class TimedJournal: ForwardingJournal {
    let journal: any PredictionJournal = MemoryJournal()
    private let answers: Mutex<[Bool]>
    private let noted = Mutex<[String]>([])

    /// - Parameter answers: In the order in which they are asked for; then true.
    init(_ answers: [Bool]) { self.answers = Mutex(answers) }

    var log: [String] { noted.withLock { $0 } }

    func recordIntent(_ key: JournalKey) async throws {
        noted.withLock { $0.append("intent") }
        try await journal.recordIntent(key)
    }

    func withdrawIntent(_ key: JournalKey) async throws {
        noted.withLock { $0.append("withdraw") }
        try await journal.withdrawIntent(key)
    }

    func sendCondition(_ key: JournalKey) -> (@Sendable () -> Bool)? {
        { [self] in answers.withLock { $0.isEmpty ? true : $0.removeFirst() } }
    }
}

@Suite("Creates that may be sent only for some time after their intent")
struct SendConditionTests {
    @Test("A create whose time is over is not handed to the transport, and has a new intent for the next try")
    func beforeTheTransport() async throws {
        let journal = TimedJournal([false, false, true])
        let service = try ScriptedService(.ok(["taskId": "t-1"]), journal: journal)
        #expect(try await service.create().id == "t-1")
        #expect(service.requests.count == 1)
        #expect(journal.log == ["intent", "withdraw", "intent", "withdraw", "intent"])
    }

    @Test("A create whose time is over in each try fails without a request, and with no intent left")
    func never() async throws {
        let journal = TimedJournal(Array(repeating: false, count: 10))
        let service = try ScriptedService(then: .reset, journal: journal)
        let error = try await speedPixError { try await service.create() }
        #expect(error.code == .network && error.isRetryable, "\(error)")
        #expect(error.message.contains("was not sent"), "\(error)")
        #expect(service.requests.isEmpty)
        #expect(journal.log == Array(repeating: ["intent", "withdraw"], count: 4).flatMap(\.self))
    }

    @Test("Middleware does not hide that nothing was sent")
    func middleware() async throws {
        let journal = TimedJournal([false])
        let service = try ScriptedService(
            .ok(["taskId": "t-1"]), middleware: [ScriptedJournal()], journal: journal)
        #expect(try await service.create().id == "t-1")
        #expect(journal.log == ["intent", "withdraw", "intent"])
    }

    /// Over a real connection, with the default transport.
    private func create(_ journal: TimedJournal, at server: SocketServer) async throws -> Prediction {
        var configuration = try SpeedPixClient.Configuration(
            appKey: "k", appSecret: "s", endpoint: "http://127.0.0.1:\(server.port)")
        configuration.retries.attempts = 2
        var dependencies = ClientDependencies(clock: ImmediateClock())
        dependencies.journal = journal
        return try await SpeedPixClient(configuration, dependencies: dependencies)
            .predictions.create("wf-1", input: ["text": "hello"])
    }

    @Test("A create whose time is over when its connection stands is not sent, and is tried again with a new intent")
    func onTheConnection() async throws {
        // Of each try the first answer is asked for before the transport, the second when the connection stands.
        let journal = TimedJournal([true, false, true, false])
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(AnswerAndClose("") { $0.contains("wf-1") })
        } _: { server in
            let error = try await speedPixError { try await create(journal, at: server) }
            // Had the server got the body, the create would be in doubt.
            #expect(error.code == .network && error.isRetryable, "\(error)")
            #expect(error.message.contains("was not sent"), "\(error)")
            #expect(journal.log == ["intent", "withdraw", "intent", "withdraw"])
            #expect(server.connectionCount == 2)
        }
    }

    @Test("A create that is in time when its connection stands is sent whole")
    func inTime() async throws {
        let journal = TimedJournal([])
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(AnswerAndClose("") { $0.contains("wf-1") && $0.hasSuffix("}") })
        } _: { server in
            let error = try await speedPixError { try await create(journal, at: server) }
            #expect(error.code == .unknownOutcome, "\(error)")
            #expect(journal.log == ["intent"])
        }
    }
}
