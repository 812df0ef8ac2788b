import SpeedPix
import SpeedPixLua

/// What a run has done and is doing: a value folded from its events, from which every display of a run is made.
///
/// Live display, progress lines, summary, report, the events' last one, the list of what is unfinished, and `:jobs` of a
/// session. An event costs the same however many predictions there are.
struct RunState: Sendable {
    /// A prediction that has not ended.
    struct Job: Sendable {
        var id: String
        var workflow: String
        var label: String?
        var isRunning = false
        var fraction = 0.0
        /// What remained at ``updatedAt``, as the service has estimated it.
        var eta: Duration?
        var queueLength: Int?
        var step: String?
        /// Since the run began, like every time here.
        var createdAt: Duration
        /// Whether this run created it.
        var isOwn = true
        /// Whether an attempt before has seen it end: this one shows no end of it, and does not count its computing again.
        var hadEnded = false
        var runningAt: Duration?
        /// When its last progress came.
        var updatedAt: Duration

        /// Its label and workflow, as rows and lines name it.
        var name: String { RunState.name(label: label, workflow: workflow) }
    }

    /// A prediction that ended badly.
    struct Failure: Sendable {
        var id: String
        var workflow: String
        var label: String?
        var reason: String
    }

    /// How a prediction has changed, for displays that print a line for each change.
    enum Change: Sendable {
        case created(Job)
        /// An attempt before has created it.
        case reused(Job)
        case running(Job)
        /// With how long it took from its create.
        case ended(Prediction, after: Duration?)
    }

    static func name(label: String?, workflow: String) -> String {
        label.map { "\($0) \(workflow)" } ?? workflow
    }

    /// The most failures, and successes without output, that are kept with their details; beyond that they are counted.
    static let mostFailures = 50

    /// Every prediction from its create on; nil unless kept, since a run of many thousands would hold them all.
    private(set) var history: RunHistory?
    private(set) var jobs: [String: Job] = [:]
    private(set) var transfers: [Int: ScriptTransfer] = [:]
    /// Ids in the order of their creates; those that ended are dropped now and then.
    private(set) var order: [String] = []
    private(set) var transferOrder: [Int] = []
    /// The URL of the preview that came last, of a prediction that goes on; nil if there is none.
    private(set) var preview: String?
    /// Whose it is.
    private var previewedID: String?
    /// The prediction that ``preview`` is of.
    var previewedJob: Job? { previewedID.flatMap { jobs[$0] } }
    /// A prediction can be waited for twice, and ends once.
    private var endedIDs: Set<String> = []

    private(set) var created = 0
    /// Of the run's predictions, those that an attempt before has created.
    private(set) var reused = 0
    private(set) var running = 0
    private(set) var succeeded = 0
    /// Of those that succeeded, how many gave nothing at all, and the first of them.
    private(set) var withoutOutputCount = 0
    private(set) var withoutOutput: [UnsavedPredictions.Entry] = []
    /// Of those that succeeded, the ones that their workflow is not sure of.
    private(set) var warnings = WarningCounts()
    private(set) var unsaved = UnsavedPredictions()
    private(set) var failed = 0
    private(set) var canceled = 0
    /// The id of the last one of them.
    private(set) var lastCanceled: String?
    /// Creates whose outcome is unknown.
    private(set) var inDoubt: [String] = []
    /// Why predictions that were to be canceled go on, by their ids.
    private(set) var notCanceled: [String: SpeedPixError] = [:]
    private(set) var failures: [Failure] = []
    /// Computing of all that succeeded, as the service measured it.
    private(set) var computing: Duration = .zero
    private(set) var slowest: (id: String, workflow: String, time: Duration)?
    private(set) var retries: [String: Int] = [:]
    private(set) var uploads = 0
    private(set) var downloads = 0
    private(set) var bytesUp: Int64 = 0
    private(set) var bytesDown: Int64 = 0
    private(set) var filesWritten = 0
    private(set) var bytesWritten: Int64 = 0
    /// Files that lay there already.
    private(set) var filesKept = 0

    /// - Parameter keepsHistory: Whether each prediction is kept after its end.
    init(keepsHistory: Bool = false) {
        if keepsHistory { history = RunHistory() }
    }

    var queued: Int { jobs.count - running }
    var ended: Int { succeeded + failed + canceled }
    /// Whether nothing has happened that a summary shows.
    var isEmpty: Bool {
        created + reused + ended + jobs.count + uploads + downloads + filesWritten + inDoubt.count == 0
    }
    /// Those whose output has not reached the script, in the order of their creates.
    var unfinished: [Job] { order.compactMap { jobs[$0] } }
    /// What this run created, in the order of its creates; as far as there is a history.
    var own: [RunHistory.Entry] { history?.entries.filter(\.isOwn) ?? [] }
    /// Predictions that this run created and that have not ended, except those that could not be canceled: when a run ends there
    /// is no time to try that again.
    var abandoned: [Prediction] {
        order.compactMap { jobs[$0] }.filter { $0.isOwn && notCanceled[$0.id] == nil }
            .map { Prediction(id: $0.id, of: $0.workflow) }
    }

    /// - Parameter time: Since the run began.
    @discardableResult
    mutating func apply(_ event: ScriptEvent, at time: Duration) -> Change? {
        history?.apply(event, at: time)
        switch event {
        case .created(let prediction, _):
            created += 1
            if let input = prediction.input { unsaved.noteUse(of: .object(input)) }
            return .created(add(prediction, isOwn: true, at: time))
        case .reused(let prediction, _):
            reused += 1
            if let input = prediction.input { unsaved.noteUse(of: .object(input)) }
            var job = add(prediction, isOwn: true, at: time)
            job.hadEnded = prediction.status.isTerminal
            jobs[prediction.id] = job
            return .reused(job)
        case .progressed(let prediction): return progress(prediction, at: time)
        case .ended(let prediction): return end(prediction, at: time)
        case .notCanceled(let id, let error): notCanceled[id] = error
        case .inDoubt(let workflow, let label, let error):
            inDoubt.append("\(Self.name(label: label, workflow: workflow)): \(error.message)")
        // An upload is a transfer, with its bytes; a failed item is in the history.
        case .uploaded, .itemFailed: break
        case .saved(_, let bytes):
            filesWritten += 1
            bytesWritten += bytes
        case .kept(_, _, let url):
            filesKept += 1
            unsaved.noteSaved(url)
        case .used(let url): unsaved.noteSaved(url)
        case .transfer(let transfer): apply(transfer)
        case .retried(let operation): retries[operation.rawValue, default: 0] += 1
        }
        return nil
    }

    private mutating func add(_ prediction: Prediction, isOwn: Bool, at time: Duration) -> Job {
        let job = Job(
            id: prediction.id, workflow: prediction.workflowID ?? "prediction", label: prediction.label,
            createdAt: time, isOwn: isOwn, updatedAt: time)
        jobs[prediction.id] = job
        order.append(prediction.id)
        if order.count > 2 * jobs.count + 64 { order.removeAll { jobs[$0] == nil } }
        return job
    }

    private mutating func progress(_ prediction: Prediction, at time: Duration) -> Change? {
        guard !endedIDs.contains(prediction.id) else { return nil }
        // One that an earlier run created is followed like one of this run's.
        var job = jobs[prediction.id] ?? add(prediction, isOwn: false, at: time)
        let begins = prediction.status == .running && !job.isRunning
        if begins {
            job.isRunning = true
            job.runningAt = time
            running += 1
        }
        job.fraction = prediction.progress.fraction
        job.eta = prediction.progress.eta
        job.queueLength = prediction.progress.queueLength
        job.step = prediction.progress.step
        job.updatedAt = time
        jobs[prediction.id] = job
        if let url = prediction.progress.preview {
            preview = url
            previewedID = prediction.id
        } else {
            removePreview(of: prediction.id)
        }
        return begins ? .running(job) : nil
    }

    private mutating func removePreview(of id: String) {
        guard previewedID == id else { return }
        preview = nil
        previewedID = nil
    }

    private mutating func end(_ prediction: Prediction, at time: Duration) -> Change? {
        guard endedIDs.insert(prediction.id).inserted else { return nil }
        removePreview(of: prediction.id)
        let job = jobs.removeValue(forKey: prediction.id)
        if job?.isRunning == true { running -= 1 }
        let workflow = prediction.workflowID ?? "prediction"
        switch prediction.status {
        case .succeeded:
            succeeded += 1
            let entry = UnsavedPredictions.Entry(id: prediction.id, workflow: workflow, label: prediction.label)
            if prediction.succeededWithoutOutput {
                withoutOutputCount += 1
                if withoutOutput.count < Self.mostFailures { withoutOutput.append(entry) }
            }
            warnings.add(ResultWarnings(prediction))
            unsaved.noteSuccess(entry, urls: prediction.files.map(\.url))
            if let time = prediction.metrics.predictTime, job?.hadEnded != true {
                computing += time
                if time > slowest?.time ?? .zero { slowest = (prediction.id, workflow, time) }
            }
        case .canceled:
            canceled += 1
            lastCanceled = prediction.id
        default:
            failed += 1
            if failures.count < Self.mostFailures {
                failures.append(
                    Failure(
                        id: prediction.id, workflow: workflow, label: prediction.label,
                        reason: prediction.error ?? "without a reason"))
            }
        }
        return job?.hadEnded == true ? nil : .ended(prediction, after: job.map { time - $0.createdAt })
    }

    private mutating func apply(_ transfer: ScriptTransfer) {
        switch transfer.stage {
        case .started:
            transfers[transfer.number] = transfer
            transferOrder.append(transfer.number)
            if transferOrder.count > 2 * transfers.count + 64 {
                transferOrder.removeAll { transfers[$0] == nil }
            }
        case .progressed: transfers[transfer.number] = transfer
        case .failed: transfers[transfer.number] = nil
        case .finished:
            transfers[transfer.number] = nil
            switch transfer.direction {
            case .upload:
                uploads += 1
                bytesUp += transfer.progress.bytesDone
            case .download:
                downloads += 1
                if transfer.path != nil, let url = transfer.url { unsaved.noteSaved(url) }
                bytesDown += transfer.progress.bytesDone
            }
        }
    }
}
