#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// JetStream by its JSON requests, as server 2.9 has them. Errors are `NATSError`s, and `CancellationError`.
package struct JetStream: Sendable {
    package let connection: NATSConnection
    /// How long a request waits for its answer.
    package let timeout: Duration

    package init(_ connection: NATSConnection, timeout: Duration = .seconds(5)) {
        self.connection = connection
        self.timeout = timeout
    }

    /// Throws with words if there is no JetStream, or if the server is older than 2.9.
    package func checkAvailable() async throws {
        _ = try await account()
        guard let version = await connection.serverVersion(), Self.isTooOld(version) else { return }
        throw NATSError(
            .tooOld, "this NATS server is \(version), whose JetStream lacks what is needed",
            remedy: "use nats-server 2.9 or newer")
    }

    /// What this account has used of JetStream.
    package func account() async throws -> JetStreamAccount {
        try await call("INFO", Nothing(), answer: AccountAnswer.self).account
    }

    static func isTooOld(_ version: String) -> Bool {
        let parts = version.split(separator: ".").prefix(2).compactMap { Int($0) }
        // One that does not say its version in this way is believed to be new.
        guard parts.count == 2 else { return false }
        return (parts[0], parts[1]) < (2, 9)
    }

    // MARK: Requests

    struct Nothing: Encodable {}

    /// Asks JetStream. `subject` is the part behind `$JS.API.`.
    func call<Answer: Decodable>(
        _ subject: String, _ request: some Encodable, answer: Answer.Type
    ) async throws -> Answer {
        let payload = try await ask(subject, request)
        let decoder = JSONDecoder()
        do {
            if let problem = try decoder.decode(ErrorAnswer.self, from: Data(payload)).error {
                throw NATSError(problem)
            }
            return try decoder.decode(Answer.self, from: Data(payload))
        } catch is DecodingError {
            throw JSONScanner.unreadable
        }
    }

    /// The answer as it came, with an error in it or not.
    func ask(_ subject: String, _ request: some Encodable) async throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let payload = request is Nothing ? [] : Array(try encoder.encode(request))
        return try await ask(subject, payload)
    }

    func ask(_ subject: String, _ payload: [UInt8]) async throws -> [UInt8] {
        do {
            return try await connection.request("$JS.API.\(subject)", payload, timeout: timeout).payload
        } catch let error as NATSError where error.code == .noResponders {
            throw Self.missing
        }
    }

    static let missing = NATSError(
        .noResponders, "this NATS server has no JetStream, or none for this account",
        remedy: "start it with -js, or with jetstream {…} in its configuration")
}

struct ErrorAnswer: Decodable {
    struct Problem: Decodable {
        var code: Int
        var err_code: Int?
        var description: String?
    }
    var error: Problem?
}

extension NATSError {
    init(_ problem: ErrorAnswer.Problem) {
        let words = problem.description ?? "error \(problem.code)"
        switch problem.err_code {
        case JetStreamErrorCode.streamNotFound: self.init(.notFound, "there is no such stream (\(words))")
        case JetStreamErrorCode.consumerNotFound: self.init(.notFound, "there is no such consumer (\(words))")
        case JetStreamErrorCode.notEnabled?, JetStreamErrorCode.notEnabledForAccount?:
            self = JetStream.missing
        case let number?:
            self.init(
                .refused(number), "JetStream refused: \(words)",
                remedy: JetStreamErrorCode.space.contains(number)
                    ? "make more space for JetStream: max_file_store in the server's configuration, or the account's limits"
                    : nil)
        case nil: self.init(.refused(problem.code), "JetStream refused: \(words)")
        }
    }
}

private struct AccountAnswer: Decodable {
    struct Limits: Decodable {
        var max_memory: Int
        var max_storage: Int
    }
    var memory: Int
    var storage: Int
    var streams: Int
    var consumers: Int
    var limits: Limits

    var account: JetStreamAccount {
        JetStreamAccount(
            storage: storage, storageLimit: limits.max_storage < 0 ? nil : limits.max_storage, memory: memory,
            memoryLimit: limits.max_memory < 0 ? nil : limits.max_memory, streams: streams, consumers: consumers)
    }
}
