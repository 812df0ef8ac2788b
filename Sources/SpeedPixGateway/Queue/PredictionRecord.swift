import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A prediction as the queue knows it.
struct PredictionRecord: Sendable {
    enum Status: String, Sendable {
        case waiting
        case running
        case succeeded
        case failed
        case canceled

        var isTerminal: Bool { self != .waiting && self != .running }

        /// As a progress answer has it.
        ///
        /// The official clients agree on no word for a canceled prediction: Python's knows none, and raises; Java's knows
        /// `cancelled` and waits for ever on `canceled`. On `failed` both end.
        var progressWord: String { self == .canceled ? Status.failed.rawValue : rawValue }
    }

    let id: String
    /// The application key that created it; nil if an older gateway has written it down.
    let owner: String?
    let workflowID: String
    /// The workflow's version; nil if an older gateway has written it down.
    var version: String?
    /// Whose workers it takes.
    let pool: PredictionPool
    let estimate: Duration
    let progress = ReportedProgress()
    /// About what it holds in memory, in bytes.
    var footprint: Int

    var status = Status.waiting
    /// The order of arrival among all predictions.
    let number: Int
    var created: Date?
    var notes = PredictionNotes()
    var began: Date?
    var ended: Date?
    /// Time since it began, by the clock that workflows sleep on.
    var elapsed: (@Sendable () -> Duration)?
    var duration: Duration?
    var outputs: [String: StoredOutput] = [:]
    var info: JSONValue?
    /// Why it failed.
    var failure: String?

    /// When it began to run, where it runs: nil while it waits for its turn on another machine.
    var shownBegan: Date? {
        guard !status.isTerminal else { return began }
        let reported = progress.current
        return reported.ahead == nil ? began?.addingTimeInterval(reported.waited / .seconds(1)) : nil
    }

    /// As clients are told it: one that has a worker and waits for its turn on another machine waits.
    var shownStatus: Status { status == .running && progress.current.ahead != nil ? .waiting : status }

    /// What is left of a running prediction: by experience at first, more and more by its own progress, from half of it on by
    /// that alone. A small fraction says little: 5 % after two seconds would make 40 seconds of a job of four.
    var eta: Duration {
        guard shownStatus == .running, let since = self.elapsed?() else { return .zero }
        let (fraction, elapsed) = (progress.current.fraction, since - progress.current.waited)
        guard fraction >= 0.05 else { return max(estimate - elapsed, .zero) }
        let weight = min(4 * fraction * fraction, 1)
        return (estimate * (1 - weight) + elapsed * (weight / fraction)) * (1 - fraction)
    }
}

extension PredictionRecord {
    /// About what a finished prediction takes in memory, in bytes.
    var heldBytes: Int {
        outputs.values.reduce(512 + (failure?.utf8.count ?? 0)) { sum, output in
            switch output {
            case .data(let value): sum + value.footprint
            case .file: sum + 512
            case .files(let files): sum + 512 * files.count
            }
        }
    }
}

extension [String: StoredOutput] {
    /// The first file, in the order of the outputs' names.
    var firstFile: StoredFile? {
        for (_, output) in sorted(by: { $0.key < $1.key }) {
            switch output {
            case .data: continue
            case .file(let file): return file
            case .files(let files): if let first = files.first { return first }
            }
        }
        return nil
    }

    /// The files among the outputs.
    var storedFiles: [StoredFile] {
        values.flatMap { output -> [StoredFile] in
            switch output {
            case .data: []
            case .file(let file): [file]
            case .files(let files): files
            }
        }
    }

    /// The names of the files among the outputs.
    var storedKeys: [ObjectKey] { storedFiles.map(\.key) }
}
