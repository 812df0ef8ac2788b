import GRDB
import LuaRuntime
import SQLiteStorage
import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The published workflows: in the gateway's database, and whole in memory.
///
/// What a call has changed is on the disk when it returns. Changes are made one after the other; the cancellation of a caller
/// has no effect on them.
final class WorkflowStore: Sendable {
    private let database: PredictionDatabase?
    private let now: @Sendable () -> Date
    private let clock: any Clock<Duration>
    private let state: Mutex<PublishedVersions>
    private let changes = SerialWork()
    /// Whenever something else is published.
    let notices = ChangeNotices<Void>()

    /// Reads what has been published.
    ///
    /// A version that cannot be read is there all the same, and says so when it is asked for.
    ///
    /// - Parameters:
    ///   - database: Nil if workflows end with the gateway.
    ///   - now: The date, for new versions.
    ///   - clock: Measures how long scripts take to say what they take.
    /// - Throws: ``StorageError``.
    static func open(
        _ database: PredictionDatabase?, now: @escaping @Sendable () -> Date,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws(StorageError) -> WorkflowStore {
        var versions = PublishedVersions()
        if let database, let stored = try await stored(in: database) {
            for (id, number) in stored.lastNumbers { versions.note(id, lastNumber: number) }
            for row in stored.versions { versions.add(await row.version(clock: clock)) }
            for alias in stored.aliases { versions.setAlias(alias.name, of: alias.workflow, to: alias.number) }
        }
        return WorkflowStore(database, versions, now: now, clock: clock)
    }

    private init(
        _ database: PredictionDatabase?, _ versions: PublishedVersions, now: @escaping @Sendable () -> Date,
        clock: any Clock<Duration>
    ) {
        self.database = database
        self.now = now
        self.clock = clock
        state = Mutex(versions)
    }

    /// Forgets the removed versions that no unfinished prediction has begun with, and reads the others.
    private static func stored(in database: PredictionDatabase) async throws(StorageError) -> StoredWorkflows? {
        guard let stored = try await database.read({ try StoredWorkflows($0) }) else { return nil }
        guard stored.versions.contains(where: \.isRemoved) else { return stored }
        do {
            try await database.database().write { try StoredWorkflows.removeUnused(from: $0) }
        } catch {
            throw database.failure("forget workflows in", error)
        }
        return try await database.read { try StoredWorkflows($0) }
    }

    /// What has been published so far.
    var versions: PublishedVersions { state.withLock { $0 } }

    /// The stored files of all versions, also of removed ones: predictions that have begun with these go on.
    var files: Set<ObjectKey> { Set(versions.lines.values.flatMap { $0.versions.values.flatMap(\.files) }) }

    // MARK: Publishing

    /// Makes a workflow from ComfyUI the next version of its id.
    ///
    /// - Parameters:
    ///   - workflow: Checked by ``PublicationCheck``. Its number does not count.
    ///   - alias: Stands for this version from now on.
    /// - Throws: ``Refusal`` for an alias that cannot be one; ``StorageError``.
    func publish(_ workflow: PublishedWorkflow, alias: String? = nil) async throws -> PublishedVersion {
        try await add(workflow.id, alias: alias) { number in
            var numbered = workflow
            numbered.number = number
            return .graph(numbered)
        }
    }

    /// Makes a workflow that is written in Lua the next version of an id.
    ///
    /// - Parameters:
    ///   - id: Checked by ``PublicationCheck``.
    ///   - alias: Stands for this version from now on.
    /// - Throws: ``Refusal`` for a script that does not declare a workflow, and for an alias that cannot be one;
    ///   ``StorageError``.
    func publish(script source: [UInt8], id: String, alias: String? = nil) async throws -> PublishedVersion {
        let workflow = try await workflow(script: source, id: id)
        return try await add(id, alias: alias) { _ in .script(workflow, source: source) }
    }

    /// Reads what a script declares. Nothing is published.
    ///
    /// - Throws: ``Refusal`` for a script that does not declare a workflow.
    func workflow(script source: [UInt8], id: String) async throws -> ScriptWorkflow {
        do {
            return try await ScriptWorkflow(id: id, source: source, trust: .published, clock: clock)
        } catch let error as LuaError {
            throw Refusal.invalidParameter("the script does not run: \(error.message)")
        } catch let failure as WorkflowFailure {
            throw Refusal.invalidParameter("the script declares no workflow: \(failure.message)")
        }
    }

    private func add(
        _ id: String, alias: String?, _ content: @escaping @Sendable (Int) -> PublishedVersion.Content
    ) async throws -> PublishedVersion {
        if let alias { try PublishedVersions.checkAliasName(alias) }
        return try await changes.perform { [self] in
            let number = versions.nextNumber(of: id)
            let version = PublishedVersion(workflowID: id, number: number, created: now(), content: content(number))
            try await write { try version.insert(into: $0, alias: alias) }
            change { $0.add(version, alias: alias) }
            return version
        }
    }

    /// Keeps what a run of a version with its own values gave.
    ///
    /// - Parameters:
    ///   - outputs: By name, as ``StoredOutput/json`` has them.
    ///   - seconds: How long the run took.
    /// - Throws: ``Refusal`` if there is no such version from ComfyUI; ``StorageError``.
    func setExample(_ outputs: JSONValue, seconds: Double, of id: String, version name: String) async throws {
        try await changes.perform { [self] in
            var version = try versions.versionInUse(id, name)
            guard case .graph(var workflow) = version.content else {
                throw Refusal.invalidParameter("\(id) \(name) is not from ComfyUI, and so has no example")
            }
            workflow.example = outputs
            workflow.exampleSeconds = seconds
            version.content = .graph(workflow)
            let changed = version
            try await write { try changed.updateExample(in: $0) }
            change { $0.add(changed) }
        }
    }

    // MARK: Changing

    /// Lets an alias stand for a version.
    ///
    /// - Throws: ``Refusal`` for an alias that cannot be one, and for a version that there is not; ``StorageError``.
    func setAlias(_ alias: String, of id: String, version: String) async throws {
        try await changes.perform { [self] in
            let number = try versions.checkAlias(alias, of: id, version: version)
            try await write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO alias (workflow, name, number) VALUES (?, ?, ?)",
                    arguments: [id, alias, number])
            }
            change { $0.setAlias(alias, of: id, to: number) }
        }
    }

    /// Offers a version, or all of a workflow, no more. Predictions that have begun with it go on.
    ///
    /// - Parameter version: Nil for all.
    /// - Throws: ``Refusal`` for what there is not, and for a version that an alias stands for; ``StorageError``.
    func remove(_ id: String, version: String? = nil) async throws {
        try await changes.perform { [self] in
            let numbers = try versions.checkRemoval(of: id, version: version)
            try await write { database in
                for number in numbers {
                    try database.execute(
                        sql: "UPDATE version SET removed = 1 WHERE workflow = ? AND number = ?",
                        arguments: [id, number])
                    try database.execute(
                        sql: "DELETE FROM alias WHERE workflow = ? AND number = ?", arguments: [id, number])
                }
            }
            change { $0.remove(numbers, of: id) }
        }
    }

    /// Changes what is in memory, after the database.
    private func change(_ body: (inout PublishedVersions) -> Void) {
        state.withLock { body(&$0) }
        notices.tell()
    }

    private func write(_ operation: @escaping @Sendable (Database) throws -> Void) async throws(StorageError) {
        guard let database else { return }
        do {
            try await database.database().write(operation)
        } catch {
            throw database.failure("write a workflow into", error)
        }
    }
}

/// Does one piece of work after the other, whatever becomes of those who wait for it.
private actor SerialWork {
    private var last: Task<Void, Never>?

    func perform<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let previous = last
        let work = Task<Value, any Error> {
            await previous?.value
            return try await body()
        }
        last = Task { _ = await work.result }
        return try await work.value
    }
}
