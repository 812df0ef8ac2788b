#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One run of a workflow at the service, as it was in the service's last answer.
public struct Prediction: Sendable, Identifiable, Hashable {
    /// Where a prediction stands.
    public struct Status: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
        /// The SDK's word for it; an undocumented one is the service's own, in lower case.
        public let rawValue: String

        /// A status by the SDK's own word; other spellings of the service are not folded.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Queued; nothing computed yet.
        public static let waiting = Status(rawValue: "waiting")
        /// Being computed; ``Prediction/progress`` moves.
        public static let running = Status(rawValue: "running")
        /// Ended with an output.
        public static let succeeded = Status(rawValue: "succeeded")
        /// Ended without an output; ``Prediction/error`` may say why.
        public static let failed = Status(rawValue: "failed")
        /// Ended at the service before it was done, without an output.
        public static let canceled = Status(rawValue: "canceled")

        /// Whether it can still change. With an undocumented word it can.
        public var isTerminal: Bool { [.succeeded, .failed, .canceled].contains(self) }
        var isKnown: Bool { isTerminal || self == .waiting || self == .running }
        /// As logs and messages show it: the raw value.
        public var description: String { rawValue }

        /// The status behind a word of the service: without case, with every documented spelling folded into one.
        package init(word: String) {
            switch word.lowercased() {
            case "waiting", "starting", "queued", "pending": self = .waiting
            case "running", "processing": self = .running
            // The reference writes "successed" in places.
            case "succeeded", "successed", "success": self = .succeeded
            case "failed": self = .failed
            case "canceled", "cancelled": self = .canceled
            default: self.init(rawValue: word.lowercased())
            }
        }
    }

    /// How far a running prediction is. Hints from the service, often coarse and sometimes wrong.
    public struct Progress: Sendable, Hashable, Codable {
        /// 0 … 1.
        public var fraction: Double = 0
        /// What the service expects to remain; nil while it does not know.
        public var eta: Duration?
        /// Predictions ahead of this one in the queue.
        public var queueLength: Int?
        /// The workflow's node at work.
        public var step: String?
        /// The URL of a picture of how far it is, while it runs; nil if the service shows none. Another picture has another URL.
        /// It ends with the prediction, and gives access until then.
        public var preview: String?

        /// What is known before the first poll: nothing.
        public init() {}
    }

    /// How long it took.
    public struct Metrics: Sendable, Hashable, Codable {
        /// Computing, as the service measured it.
        public var predictTime: Duration?
        /// From creation to completion, queue included.
        public var totalTime: Duration?

        /// Both unknown, as while a prediction runs.
        public init() {}
    }

    /// The service's `taskId`.
    public let id: String
    /// Where it stood at the last poll; of one made by ``init(id:)``, `waiting` until asked.
    public internal(set) var status: Status {
        get { fields.status }
        set { fields.status = newValue }
    }
    /// Nil for a prediction that was looked up by its id: the service does not report it.
    public internal(set) var workflowID: String? {
        get { fields.workflowID }
        set { fields.workflowID = newValue }
    }
    /// What the caller calls it, as given with ``CreateOptions/label``; the service knows nothing of it.
    public internal(set) var label: String? {
        get { fields.label }
        set { fields.label = newValue }
    }
    /// The input as it was sent, files replaced by their URLs. Nil for a prediction that was looked up by its id.
    public internal(set) var input: [String: JSONValue]? {
        get { fields.input }
        set { fields.input = newValue }
    }
    /// The workflow's named outputs; nil until it succeeded.
    public internal(set) var output: JSONValue? {
        get { fields.output }
        set { fields.output = newValue }
    }
    /// What the service said beside the output, as it came: often an object of texts. Of a success without any output it
    /// says so, if the service did not say anything itself.
    public internal(set) var info: JSONValue? {
        get { fields.info }
        set { fields.info = newValue }
    }
    /// The URL of the picture that the service showed last while it was polled: a preview, and of one that has ended the
    /// first of its files. It expires.
    public internal(set) var currentImage: String? {
        get { fields.currentImage }
        set { fields.currentImage = newValue }
    }
    /// Why it failed.
    public internal(set) var error: String? {
        get { fields.error }
        set { fields.error = newValue }
    }
    /// What the service has reported about the run, a line each.
    public internal(set) var logs: String {
        get { fields.logs }
        set { fields.logs = newValue }
    }
    /// As of the last poll; ``Progress/fraction`` is 1 once it succeeded.
    public internal(set) var progress: Progress {
        get { fields.progress }
        set { fields.progress = newValue }
    }
    /// Filled when the result has come; of a running prediction both are nil.
    public internal(set) var metrics: Metrics {
        get { fields.metrics }
        set { fields.metrics = newValue }
    }
    /// The URL of a picture of how far it is: ``Progress/preview``.
    public var preview: String? { progress.preview }
    /// When it was created, by this machine's clock; nil for one that was looked up by its id.
    public internal(set) var createdAt: Date? {
        get { fields.createdAt }
        set { fields.createdAt = newValue }
    }
    /// When computing began, by the service's clock; nil until the result has come, or if it did not say.
    public internal(set) var startedAt: Date? {
        get { fields.startedAt }
        set { fields.startedAt = newValue }
    }
    /// When it ended, by the service's clock, else this machine's; nil until the result has come.
    public internal(set) var completedAt: Date? {
        get { fields.completedAt }
        set { fields.completedAt = newValue }
    }
    /// Whether it comes from a journal: an attempt before has created it, and paid for it.
    public internal(set) var isReused: Bool {
        get { fields.isReused }
        set { fields.isReused = newValue }
    }
    /// The service's guess at creation of how long it will take.
    public internal(set) var estimatedDuration: Duration? {
        get { fields.estimatedDuration }
        set { fields.estimatedDuration = newValue }
    }

    /// A prediction of which only the id is known.
    public init(id: String) {
        self.id = id
        content = .value(Fields())
    }

    /// Everything but the id.
    private struct Fields: Sendable, Hashable {
        var status: Status = .waiting
        var workflowID: String?
        var label: String?
        var input: [String: JSONValue]?
        var output: JSONValue?
        var info: JSONValue?
        var currentImage: String?
        var error: String?
        var logs: String = ""
        var progress: Progress = Progress()
        var metrics: Metrics = Metrics()
        var createdAt: Date?
        var startedAt: Date?
        var completedAt: Date?
        var estimatedDuration: Duration?
        var isReused = false
    }

    /// Half a kilobyte, and thousands of predictions wait at the same time: see TaskFrames.swift.
    private var content: Indirect<Fields>

    private var fields: Fields {
        get { content.value }
        set { content.value = newValue }
    }

    /// Whether it succeeded and gave nothing at all: no named output with a value, and no file.
    public var succeededWithoutOutput: Bool {
        status == .succeeded && (output?.isEmptyOutput ?? true)
    }

    /// Every file of the output, in order of the outputs' names.
    public var files: [FileOutput] {
        output.map(FileOutput.all(in:)) ?? []
    }
}

extension Prediction: CustomStringConvertible {
    /// As logs and messages show it: id, workflow, label, status, and why it failed, in one line. URLs in it end where their query
    /// begins, which may be a signature.
    public var description: String {
        var text = "prediction \(id)"
        if let workflowID { text += " of \(workflowID)" }
        if let label { text += " (\(label))" }
        text += ": \(status)"
        if status == .running, progress.fraction > 0 { text += " \(Int(progress.fraction * 100)) %" }
        if let error { text += ", \(error)" }
        return text.withoutSignatures.printable()
    }
}
