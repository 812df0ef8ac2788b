import GRDB
import Synchronization

/// Which prompts were sent for which predictions, and under which names servers know this gateway. Where predictions are kept,
/// it is on the disk: the next gateway finds a prompt that still runs.
final class PromptRecords: Sendable {
    /// A prompt that was sent for a prediction which has ended since.
    struct Leftover: Sendable, Hashable {
        let prediction: String
        let attempt: PromptRun.Attempt
    }

    private struct Memory: Sendable {
        var attempts: [String: [PromptRun.Attempt]] = [:]
        var clients: [String: String] = [:]
    }

    private let database: PredictionDatabase?
    private let memory = Mutex(Memory())

    /// - Parameter database: Nil if predictions end with the gateway.
    init(_ database: PredictionDatabase?) {
        self.database = database
    }

    /// Whether prompts are found by the next gateway.
    var isLasting: Bool { database != nil }

    // MARK: Prompts

    /// The prompts of a prediction, in the order in which they were sent.
    ///
    /// - Throws: ``StorageError``.
    func attempts(of prediction: String) async throws(StorageError) -> [PromptRun.Attempt] {
        guard let database else { return memory.withLock { $0.attempts[prediction] ?? [] } }
        let found = try await database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT server, prompt FROM comfyui_prompt WHERE prediction = ? ORDER BY number",
                arguments: [prediction]
            )
            .compactMap { Self.attempt($0) }
        }
        return found ?? []
    }

    /// Writes down a prompt that is about to be sent.
    ///
    /// - Throws: ``StorageError``: it may not be sent.
    func add(_ attempt: PromptRun.Attempt, of prediction: String) async throws(StorageError) {
        guard let database else {
            return memory.withLock { $0.attempts[prediction, default: []].append(attempt) }
        }
        do {
            try await database.database().write { database in
                try database.execute(
                    sql: "INSERT INTO comfyui_prompt (prediction, server, prompt) VALUES (?, ?, ?)",
                    arguments: [prediction, attempt.server, attempt.promptID])
            }
        } catch {
            throw database.failure("write a prompt into", error)
        }
    }

    /// Forgets a prompt that was never sent, or of which nothing is left at its server.
    ///
    /// - Throws: ``StorageError``.
    func remove(_ attempt: PromptRun.Attempt, of prediction: String) async throws(StorageError) {
        guard let database else {
            return memory.withLock { memory in
                memory.attempts[prediction]?.removeAll { $0 == attempt }
                if memory.attempts[prediction]?.isEmpty == true { memory.attempts[prediction] = nil }
            }
        }
        do {
            try await database.database().write { database in
                try database.execute(
                    sql: "DELETE FROM comfyui_prompt WHERE prompt = ?", arguments: [attempt.promptID])
            }
        } catch {
            throw database.failure("write into", error)
        }
    }

    /// The servers that have prompts of predictions which have not ended.
    ///
    /// - Throws: ``StorageError``.
    func servers() async throws(StorageError) -> [String] {
        guard let database else { return [] }
        let found = try await database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT server FROM comfyui_prompt
                    JOIN prediction ON prediction.id = comfyui_prompt.prediction
                    WHERE prediction.ended IS NULL ORDER BY server
                    """
            )
            .compactMap { String.fromDatabaseValue($0["server"]) }
        }
        return found ?? []
    }

    /// What an earlier gateway has not come to clear away.
    ///
    /// - Throws: ``StorageError``.
    func leftovers() async throws(StorageError) -> [Leftover] {
        guard let database else { return [] }
        let found = try await database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT comfyui_prompt.prediction, server, prompt FROM comfyui_prompt
                    LEFT JOIN prediction ON prediction.id = comfyui_prompt.prediction
                    WHERE prediction.id IS NULL OR prediction.ended IS NOT NULL
                    """
            )
            .compactMap { row -> Leftover? in
                guard let prediction = String.fromDatabaseValue(row["prediction"]), let attempt = Self.attempt(row)
                else { return nil }
                return Leftover(prediction: prediction, attempt: attempt)
            }
        }
        return found ?? []
    }

    /// Nil for a row that another program has written.
    private static func attempt(_ row: Row) -> PromptRun.Attempt? {
        guard let server = String.fromDatabaseValue(row["server"]), let prompt = String.fromDatabaseValue(row["prompt"])
        else { return nil }
        return PromptRun.Attempt(server: server, promptID: prompt)
    }

    // MARK: Names

    /// The client id by which a server sends this gateway what becomes of its prompts: the same after a restart, so that
    /// prompts which went on meanwhile are heard of again.
    ///
    /// - Parameter new: What it is from now on, if there is none yet.
    /// - Throws: ``StorageError``.
    func clientID(of server: String, new: String) async throws(StorageError) -> String {
        guard let database else {
            return memory.withLock { memory in
                let id = memory.clients[server] ?? new
                memory.clients[server] = id
                return id
            }
        }
        let known = try await database.read { database in
            try Row.fetchOne(database, sql: "SELECT client FROM comfyui_client WHERE server = ?", arguments: [server])
                .flatMap { String.fromDatabaseValue($0["client"]) }
        }
        if let known { return known }
        do {
            try await database.database().write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO comfyui_client (server, client) VALUES (?, ?)",
                    arguments: [server, new])
            }
        } catch {
            throw database.failure("write into", error)
        }
        return new
    }
}
