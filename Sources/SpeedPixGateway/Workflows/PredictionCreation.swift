import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A prediction that somebody wants, unchecked.
struct PredictionOrder: Sendable {
    /// Which seeds are drawn.
    enum Seeds: Sendable {
        /// None: what is not given is the workflow's own.
        case given
        /// Those that are not given. A seed that was chosen stays, since it is given for its picture.
        case missing
        /// All, instead of those that are given: another result is wanted.
        case all
    }

    var workflow: String
    /// With neither an alias nor a version, what `main` stands for.
    var alias: String?
    var version: String?
    /// An object; nil for one without members.
    var inputs: JSONValue?
    var seeds = Seeds.given
    /// As the console shows it; one line.
    var label: String?
    /// Bytes of the request, about what its inputs take in memory.
    var size: Int
}

/// Checks what predictions are to be made of, and queues them: for signed calls and for the console alike.
struct PredictionCreation: Sendable {
    let store: ObjectStore
    let catalogue: WorkflowCatalogue
    let preparation: InputPreparation
    let queue: PredictionQueue
    let sweep: StorageSweep
    let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - nonce: Of the signed call that wants it.
    ///   - now: The date by which URLs may have expired.
    /// - Throws: ``Refusal`` that says what is wrong; ``StorageError``: it does not run then.
    func create(
        _ order: PredictionOrder, by caller: Caller, nonce: UsedNonce? = nil, now: Date
    ) async throws -> PredictionRecord {
        await sweep.runIfDue()
        let offered = try catalogue.workflow(order.workflow, alias: order.alias, version: order.version)
        let given = order.inputs ?? .object([:])
        guard var inputs = given.objectValue else {
            throw Refusal.invalidParameter("inputs must be an object, not \(given.kindDescription)")
        }
        let seeds = drawSeeds(order.seeds, of: offered.workflow, in: &inputs)
        let prepared = try await preparation.prepare(inputs, for: offered.workflow, now: now)
        try await offered.backend.check(offered.workflow, inputs: prepared)
        try await store.checkRoom(for: caller)
        return try await queue.submit(
            offered, inputs: prepared, given: inputs, seeds: seeds, label: order.label, footprint: 1024 + order.size,
            by: caller, nonce: nonce)
    }

    /// - Returns: The seeds of a workflow from ComfyUI, with those that are no inputs.
    private func drawSeeds(
        _ kind: PredictionOrder.Seeds, of workflow: any Workflow, in inputs: inout [String: JSONValue]
    ) -> [SeedValue] {
        guard kind != .given else { return [] }
        guard let published = workflow as? PublishedWorkflow else {
            fillSeed(of: workflow, in: &inputs, isReplaced: kind == .all)
            return []
        }
        let given: Set<String> = kind == .all ? [] : Set(inputs.filter { $0.value != .null }.keys)
        let seeds = WorkflowSubstitution(workflow: published).drawnSeeds(given: given, random: random)
        for seed in seeds {
            guard let input = published.publishedInputs.first(where: { $0.field == seed.field }) else { continue }
            inputs[input.name] = .integer(seed.value)
        }
        return seeds
    }

    private func fillSeed(of workflow: any Workflow, in inputs: inout [String: JSONValue], isReplaced: Bool) {
        guard let seed = workflow.inputs.first(where: { $0.name == "seed" && $0.kind == .integer }),
            isReplaced || inputs["seed"] ?? .null == .null
        else { return }
        let low = Self.seedBound((seed.minimum ?? 0).rounded(.up), otherwise: 0)
        let high = Self.seedBound((seed.maximum ?? 0x1p53).rounded(.down), otherwise: 1 << 53)
        guard low <= high else { return }
        inputs["seed"] = .integer(low + Int64(random() % (UInt64(high - low) + 1)))
    }

    /// - Parameter standard: Instead of what is no number.
    private static func seedBound(_ number: Double, otherwise standard: Int64) -> Int64 {
        // Seeds beyond 2^53 would not survive clients that keep numbers as floats.
        number.isNaN ? standard : Int64(min(max(number, -0x1p53), 0x1p53))
    }
}
