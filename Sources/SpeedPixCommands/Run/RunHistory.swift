import Imaging
import SpeedPix
import SpeedPixLua

/// Each prediction of a run with its input and its outputs, in the order of their creates. A value, folded from events.
struct RunHistory: Sendable {
    /// A prediction.
    struct Entry: Sendable {
        var id: String
        var workflow: String
        var label: String?
        /// Whether this run created it.
        var isOwn = false
        /// Whether an attempt before has created it.
        var isReused = false
        var options = CreateOptions()
        var input: [String: JSONValue]
        var status = Prediction.Status.waiting
        /// 0…1.
        var fraction = 0.0
        var error: String?
        /// Since the run began, like every time here.
        var createdAt: Duration
        var runningAt: Duration?
        /// When its output reached the run, or it failed.
        var endedAt: Duration?
        var computing: Duration?
        var outputs: [Output] = []
        /// Of the output whatever is not a file.
        var data: JSONValue?
        var warnings = ResultWarnings()
    }

    /// A file of a result.
    struct Output: Sendable {
        var file: FileOutput
        /// Where it was saved last.
        var path: String?
        var downloadedAt: (begin: Duration, end: Duration)?
    }

    /// What a URL in an input stands for.
    struct Source: Sendable {
        /// As the script named it.
        var name: String
        var path: String?
    }

    /// An item that failed before a prediction was created for it.
    struct FailedItem: Sendable {
        var name: String
        var message: String
        var at: Duration
    }

    /// Files and failed items that are kept at most: a page shows no more.
    private static let most = 2000

    private(set) var entries: [Entry] = []
    private(set) var failedItems: [FailedItem] = []
    /// Pictures that the script has written, each path once, the first first.
    private(set) var savedPictures: [String] = []
    /// Uploads of this run by their URLs.
    private(set) var sources: [String: Source] = [:]
    /// Which output of which entry a URL is.
    private(set) var outputIndices: [String: (entry: Int, output: Int)] = [:]
    private var indices: [String: Int] = [:]
    private var begins: [Int: Duration] = [:]

    mutating func apply(_ event: ScriptEvent, at time: Duration) {
        switch event {
        case .created(let prediction, let options), .reused(let prediction, let options):
            let index = index(of: prediction, at: time)
            entries[index].isOwn = true
            entries[index].options = options
            entries[index].isReused = prediction.isReused
        case .progressed(let prediction):
            let index = index(of: prediction, at: time)
            guard entries[index].endedAt == nil else { return }
            entries[index].status = prediction.status
            entries[index].fraction = prediction.progress.fraction
            if prediction.status == .running, entries[index].runningAt == nil { entries[index].runningAt = time }
        case .ended(let prediction): end(prediction, at: time)
        case .transfer(let transfer): apply(transfer, at: time)
        case .kept(let path, _, let url):
            if let index = outputIndices[url] { entries[index.entry].outputs[index.output].path = path }
        case .itemFailed(let index, let label, let message):
            if failedItems.count < Self.most {
                failedItems.append(FailedItem(name: label ?? "item \(index)", message: message, at: time))
            }
        case .saved(let path, _):
            if savedPictures.count < Self.most, ImageFormat(fileName: path) != nil, !savedPictures.contains(path) {
                savedPictures.append(path)
            }
        case .notCanceled, .inDoubt, .uploaded, .used, .retried: break
        }
    }

    /// Pictures that the script has made itself: those of results have been saved under their own entries.
    var madePictures: [String] {
        let results = Set(entries.flatMap(\.outputs).compactMap(\.path))
        return savedPictures.filter { !results.contains($0) }
    }

    private mutating func index(of prediction: Prediction, at time: Duration) -> Int {
        if let index = indices[prediction.id] { return index }
        indices[prediction.id] = entries.count
        entries.append(
            Entry(
                id: prediction.id, workflow: prediction.workflowID ?? "prediction", label: prediction.label,
                input: (prediction.input ?? [:]).mapValues { ReportText.shortened($0) }, createdAt: time))
        return entries.count - 1
    }

    private mutating func end(_ prediction: Prediction, at time: Duration) {
        let index = index(of: prediction, at: time)
        guard entries[index].endedAt == nil else { return }
        let files = prediction.files
        entries[index].status = prediction.status
        entries[index].error = prediction.error
        entries[index].endedAt = time
        entries[index].computing = prediction.metrics.predictTime
        entries[index].outputs = files.map { Output(file: $0) }
        entries[index].data = prediction.outputIncludingInfo.flatMap(ReportText.withoutFiles)
            .map { ReportText.shortened($0) }
        entries[index].warnings = ResultWarnings(prediction)
        for (number, file) in files.enumerated() { outputIndices[file.url] = (index, number) }
    }

    private mutating func apply(_ transfer: ScriptTransfer, at time: Duration) {
        guard let url = transfer.url ?? (transfer.direction == .upload ? "" : nil) else { return }
        switch transfer.stage {
        case .started: begins[transfer.number] = time
        case .progressed: break
        case .failed: begins[transfer.number] = nil
        case .finished:
            let begin = begins.removeValue(forKey: transfer.number) ?? time
            if transfer.direction == .upload {
                sources[url] = Source(name: transfer.name, path: transfer.path)
            } else if let index = outputIndices[url] {
                if let path = transfer.path { entries[index.entry].outputs[index.output].path = path }
                entries[index.entry].outputs[index.output].downloadedAt = (begin, time)
            }
        }
    }
}
