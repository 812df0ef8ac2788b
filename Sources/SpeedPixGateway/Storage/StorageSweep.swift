import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Removes files and predictions that clients can no longer ask for, now and then: a gateway that runs for months must not
/// fill the disk, and neither must one that is started every day.
actor StorageSweep {
    /// How often at most files are removed because there are too many: where all that is left is needed, nothing helps.
    static let sizeInterval: TimeInterval = 10

    private let store: ObjectStore
    private let predictions: PredictionDatabase?
    private let workflows: WorkflowStore
    private let queue: PredictionQueue
    private let configuration: GatewayConfiguration
    private let logger: Logger
    private var last: Date?
    private var lastForSize: Date?

    init(
        _ store: ObjectStore, predictions: PredictionDatabase?, workflows: WorkflowStore, queue: PredictionQueue,
        configuration: GatewayConfiguration, logger: Logger
    ) {
        self.store = store
        self.predictions = predictions
        self.workflows = workflows
        self.queue = queue
        self.configuration = configuration
        self.logger = logger
    }

    /// Sweeps if the last time is long enough ago, or never was, or if the files are too many. Where predictions are kept,
    /// gateways before this one count.
    func runIfDue() async {
        await removeOldIfDue()
        await shrinkIfDue()
    }

    // MARK: By age

    private func removeOldIfDue() async {
        let now = configuration.now()
        guard isDue(now, after: last) else { return }
        last = now
        guard let predictions else {
            let needed = await queue.neededFiles.union(workflows.files)
            return await store.removeFiles(unchangedSince: oldestFile(now), except: needed)
        }
        do {
            let before = try await predictions.lastSweep()
            guard isDue(now, after: before) else {
                last = before
                return
            }
            try await sweep(predictions, now)
            try await predictions.noteSweep(now)
        } catch {
            // What is left is found by the next one.
            logger.error("old predictions could not be removed", metadata: ["error": "\(error)"])
        }
    }

    /// A date in the future comes from a wrong clock.
    private func isDue(_ now: Date, after last: Date?) -> Bool {
        guard let last else { return true }
        return !(0..<configuration.sweepInterval / .seconds(1)).contains(now.timeIntervalSince(last))
    }

    private func sweep(_ predictions: PredictionDatabase, _ now: Date) async throws {
        let oldest = now.addingTimeInterval(-(configuration.retention / .seconds(1)))
        if !configuration.resumesAtStart {
            var abandoned: [String] = []
            for id in try await predictions.unfinished(createdBefore: oldest) {
                if await !queue.has(id) { abandoned.append(id) }
            }
            try await predictions.fail(
                abandoned, because: "the gateway ended before it was done, and nobody has asked for it since", at: now)
        }
        let results = try await predictions.removeEnded(before: oldest, keeping: configuration.maximumFinished)
        let needed = try await predictions.neededFiles()
        for key in results where !needed.contains(key) { await store.remove(key) }
        await store.removeFiles(unchangedSince: oldestFile(now), except: needed)
    }

    /// A result can be asked for until its prediction is forgotten, and its last URL stays valid after that.
    private func oldestFile(_ now: Date) -> Date {
        now.addingTimeInterval(-((configuration.retention + configuration.urlLifetime) / .seconds(1)))
    }

    // MARK: By size

    private func shrinkIfDue() async {
        guard let most = configuration.maximumStoredBytes, let predictions else { return }
        let now = configuration.now()
        if let lastForSize, (0..<Self.sizeInterval).contains(now.timeIntervalSince(lastForSize)) { return }
        do {
            guard try await store.usage.total() > most else { return }
            lastForSize = now
            try await shrink(to: most, predictions, now)
        } catch {
            logger.error("files could not be removed to make room", metadata: ["error": "\(error)"])
        }
    }

    private func shrink(to most: Int64, _ predictions: PredictionDatabase, _ now: Date) async throws {
        let plan = StorageReduction(
            files: try await ObjectStore.list(in: store.root), results: try await predictions.endedResults(),
            needed: try await predictions.neededFiles().union(queue.unwrittenFiles),
            // An upload is named by a create as long as its URL is good.
            newestOther: now.timeIntervalSince1970 - configuration.urlLifetime / .seconds(1))
        let removed = plan.removals(leaving: most)
        // First, so that no prediction is left whose files are gone.
        try await predictions.remove(removed.predictions)
        await queue.forget(Set(removed.predictions))
        for key in removed.files { await store.remove(key) }
    }
}
