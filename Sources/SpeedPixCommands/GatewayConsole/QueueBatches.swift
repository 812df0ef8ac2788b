import SpeedPix
import SpeedPixBatch
import SpeedPixGateway
import SpeedPixQueue
import Synchronization

/// The batches in the queue that the settings name, for a gateway's console. NATS is connected to for each request of the
/// page, and by then only.
struct QueueBatches: BatchesSource {
    /// How long a connection may take to come about, and the queue to answer at all.
    private static let answerTimeout: Duration = .seconds(2)
    /// How long all that is asked may take: a batch may have many rows.
    private static let limit: Duration = .seconds(30)
    /// The word for rows without a result.
    private static let waiting = "waiting"

    private let settings: ResolvedSettings
    private let context: CommandContext

    /// - Returns: Nil if no setting names a queue.
    init?(_ settings: ResolvedSettings, _ context: CommandContext) {
        guard settings[.natsURL] != nil else { return nil }
        self.settings = settings
        self.context = context
    }

    func batches() async throws -> [JSONValue] {
        try await ask { access in
            guard let access else { return [] }
            return try await BatchListing.all(access).map { .object(Self.members(of: $0)) }
        }
    }

    func batch(_ name: String, _ window: BatchWindow) async throws -> JSONValue {
        let missing = ConsoleSourceProblem(.notFound, "there is no batch \(name.prefix(80)) in the queue".printable())
        guard let batch = BatchName(name) else { throw missing }
        return try await ask { [context] access in
            guard let access else { throw missing }
            let reader = BatchReader(batch, access)
            let manifest = try await reader.manifest()
            var members = Self.members(of: try await BatchListing(manifest, reader))
            guard let sealed = try await reader.sealed() else {
                // Rows are still put into the queue.
                members["total"] = 0
                members["items"] = []
                return .object(members)
            }
            let rows = try FollowedRows(try await reader.rows(sealed, of: manifest))
            let results = Mutex<[Int: QueuedResult]>([:])
            _ = try await BatchFollower(
                reader, manifest, rows: rows, now: { context.secondsSince1970 }
            ) { event in
                switch event {
                case .ended(let line, let queued, _, _): results.withLock { $0[line.number] = queued }
                case .reopened(let line): results.withLock { $0[line.number] = nil }
                default: break
                }
            }.readStored()
            let (total, items) = try Self.items(of: rows, results.withLock { $0 }, window)
            members["total"] = .integer(Int64(total))
            members["items"] = .array(items)
            return .object(members)
        }
    }

    // MARK: The queue

    /// Asks the queue.
    ///
    /// - Parameter body: Gets nil where no batch was ever begun.
    /// - Throws: ``ConsoleSourceProblem``; `CancellationError`.
    private func ask<Value: Sendable>(
        _ body: @escaping @Sendable (QueueAccess?) async throws -> Value
    ) async throws -> Value {
        do {
            let target = try QueueTarget(nil, settings, SettingsReader(context: context))
                .connecting(within: Self.answerTimeout)
            return try await QueueSession.run(target, in: context, isQuiet: true) { access in
                let hasBatches = try await within(Self.answerTimeout) { try await Self.hasBatches(access) }
                return try await within(Self.limit) { try await body(hasBatches ? access : nil) }
            }
        } catch let error as SettingsError {
            throw Self.problem(error.failure)
        } catch let failure as CommandFailure {
            throw Self.problem(failure)
        }
    }

    private static func hasBatches(_ access: QueueAccess) async throws -> Bool {
        do {
            try await QueueSetup.checkExists(access.jetStream)
            return true
        } catch let error as QueueError where error.code == .notFound {
            return false
        }
    }

    private func within<Value: Sendable>(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let late = ConsoleSourceProblem(
            .unavailable, "NATS does not answer in time: look whether it runs at the address of the setting nats_url")
        return try await withDeadline(limit, clock: context.clock, expired: { late }, operation: body)
    }

    private static func problem(_ failure: CommandFailure) -> ConsoleSourceProblem {
        let words = [failure.problem ?? failure.message ?? "the queue cannot be used"] + failure.remedies.map(\.text)
        return ConsoleSourceProblem(.unavailable, words.joined(separator: "; ").printable())
    }

    // MARK: Rows

    private static func members(of listing: BatchListing) -> [String: JSONValue] {
        var members = BatchListCommand.json(listing).objectValue ?? [:]
        members["began"] = .double(listing.manifest.time)
        return members
    }

    /// - Returns: How many rows are in the state that is asked for, and those of them that are wanted.
    private static func items(
        of rows: FollowedRows, _ results: [Int: QueuedResult], _ window: BatchWindow
    ) throws -> (total: Int, items: [JSONValue]) {
        var (total, items) = (0, [JSONValue]())
        for index in 0..<rows.count {
            let line = try rows.line(index)
            let queued = results[line.number]
            let state = queued?.result.state.rawValue ?? Self.waiting
            guard window.state == nil || window.state == state else { continue }
            if total >= window.offset, items.count < window.limit { items.append(json(line, queued, state)) }
            total += 1
        }
        return (total, items)
    }

    private static func json(_ line: RowLine, _ queued: QueuedResult?, _ state: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "number": .integer(Int64(line.number)), "key": .string(line.key), "label": .string(line.label),
            "state": .string(state),
        ]
        guard let queued else { return .object(members) }
        let result = queued.result
        members["worker"] = .string(queued.worker)
        members["tries"] = .integer(Int64(queued.tries))
        members["predictions"] = .array(result.predictions.map { .string($0) })
        members["error"] = result.failure.map { .string($0.text) }
        members["seconds"] = result.duration.map { .double($0 / .seconds(1)) }
        return .object(members)
    }
}
