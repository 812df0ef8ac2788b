import SpeedPix
import SpeedPixLua
import Synchronization

/// What a report tells of a run, gathered while it goes on.
final class ReportBook: Sendable {
    /// A prediction.
    struct Entry: Sendable {
        var id: String
        var workflow: String
        var label: String?
        var options = CreateOptions()
        var input: [String: JSONValue]
        var status = Prediction.Status.waiting
        var error: String?
        /// Since the run began, like every time here.
        var createdAt: Duration
        var runningAt: Duration?
        var endedAt: Duration?
        var computing: Duration?
        var outputs: [Output] = []
        /// Of the output whatever is no file.
        var data: JSONValue?
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

    /// Everything that is known, at one moment.
    struct Pages: Sendable {
        var entries: [Entry] = []
        /// Uploads of this run by their URLs.
        var sources: [String: Source] = [:]
        /// Which output of which entry a URL is.
        var places: [String: (entry: Int, output: Int)] = [:]
    }

    private struct State {
        var pages = Pages()
        var indices: [String: Int] = [:]
        var begins: [Int: Duration] = [:]
    }

    private let state = Mutex(State())
    /// Hears of each file that lies on this disk and is a result or an input, with the URL that stands for it.
    private let onFile: @Sendable (_ url: String, _ path: String) -> Void

    init(onFile: @escaping @Sendable (_ url: String, _ path: String) -> Void) {
        self.onFile = onFile
    }

    var pages: Pages { state.withLock { $0.pages } }

    func note(_ event: ScriptEvent, options: CreateOptions?, at time: Duration) {
        switch event {
        case .created(let prediction):
            state.withLock { state in
                let index = Self.index(of: prediction, &state, at: time)
                if let options { state.pages.entries[index].options = options }
            }
        case .progressed(let prediction):
            state.withLock { state in
                let index = Self.index(of: prediction, &state, at: time)
                guard state.pages.entries[index].endedAt == nil else { return }
                state.pages.entries[index].status = prediction.status
                if prediction.status == .running, state.pages.entries[index].runningAt == nil {
                    state.pages.entries[index].runningAt = time
                }
            }
        case .ended(let prediction):
            state.withLock { state in
                Self.end(Self.index(of: prediction, &state, at: time), prediction, &state, at: time)
            }
        case .transfer(let transfer): note(transfer, at: time)
        case .accepted, .notCanceled, .inDoubt, .uploaded, .saved, .retried: break
        }
    }

    private static func index(of prediction: Prediction, _ state: inout State, at time: Duration) -> Int {
        if let index = state.indices[prediction.id] { return index }
        state.indices[prediction.id] = state.pages.entries.count
        state.pages.entries.append(
            Entry(
                id: prediction.id, workflow: prediction.workflowID ?? "prediction", label: prediction.label,
                input: (prediction.input ?? [:]).mapValues(ReportText.shortened), createdAt: time))
        return state.pages.entries.count - 1
    }

    private static func end(_ index: Int, _ prediction: Prediction, _ state: inout State, at time: Duration) {
        guard state.pages.entries[index].endedAt == nil else { return }
        let files = prediction.files
        state.pages.entries[index].status = prediction.status
        state.pages.entries[index].error = prediction.error
        state.pages.entries[index].endedAt = time
        state.pages.entries[index].computing = prediction.metrics.predictTime
        state.pages.entries[index].outputs = files.map { Output(file: $0) }
        state.pages.entries[index].data = prediction.outputIncludingInfo.flatMap(ReportText.withoutFiles)
            .map(ReportText.shortened)
        for (number, file) in files.enumerated() { state.pages.places[file.url] = (index, number) }
    }

    private func note(_ transfer: ScriptTransfer, at time: Duration) {
        guard let url = transfer.url ?? (transfer.direction == .upload ? "" : nil) else { return }
        switch transfer.stage {
        case .started: state.withLock { $0.begins[transfer.number] = time }
        case .progressed: break
        case .failed: state.withLock { _ = $0.begins.removeValue(forKey: transfer.number) }
        case .finished:
            state.withLock { state in
                let begin = state.begins.removeValue(forKey: transfer.number) ?? time
                if transfer.direction == .upload {
                    state.pages.sources[url] = Source(name: transfer.name, path: transfer.path)
                } else if let place = state.pages.places[url] {
                    if let path = transfer.path {
                        state.pages.entries[place.entry].outputs[place.output].path = path
                    }
                    state.pages.entries[place.entry].outputs[place.output].downloadedAt = (begin, time)
                }
            }
            if let path = transfer.path, !url.isEmpty { onFile(url, path) }
        }
    }
}
