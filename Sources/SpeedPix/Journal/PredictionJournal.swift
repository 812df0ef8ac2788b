/// Writes down what is paid for, before it is sent: so that nothing is paid for twice, and nothing that was paid for is lost.
///
/// A client calls it for every create, in this order:
///
/// 1. ``claim(_:)``, before files are uploaded: was this create made already, by an attempt of the same run before?
/// 2. ``recordIntent(_:)`` before each try that is sent. *No create leaves the machine before this has returned.*
/// 3. ``withdrawIntent(_:)`` if the try surely had no effect, before the pause that follows it.
/// 4. ``recordCreated(_:_:)`` with the service's id, or ``recordInDoubt(_:_:)`` if no answer came.
/// 5. ``recordNotMade(_:)`` if it was refused, or given up before it was sent.
/// 6. ``recordEnded(_:byCaller:)`` when the end of a prediction is known, with its output.
/// 7. ``recordSaved(_:)`` when a file of its output has been saved.
///
/// Beside that it keeps values for scripts that are run again, see ``value(_:)``.
///
/// A journal that cannot write throws: what it throws at an intent keeps the create from being sent. None of its functions may
/// end early because the calling task is cancelled: what they record has happened, or is about to.
public protocol PredictionJournal: Sendable {
    /// Whether it looks for creates of attempts before. Only then are the files of inputs read and digested before they are
    /// uploaded.
    var identifiesCreates: Bool { get }

    /// Whether nothing may be sent, since only what is recorded is looked at: URLs of outputs are taken as they are.
    var isDryRun: Bool { get }

    /// Takes a create, or says that it was made already. Each record is given out once.
    ///
    /// - Throws: ``SpeedPixError``: `unknown_outcome` for one whose outcome is unknown, `journal_failed`.
    func claim(_ create: JournaledCreate) async throws -> JournalClaim

    /// The create is about to be sent. It has been written down for good when this returns.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`: then it is not sent.
    func recordIntent(_ key: JournalKey) async throws

    /// What the transport asks right before the first byte of an intended create leaves, on a connection that stands: if it says
    /// false, nothing is sent, the intent is withdrawn, and a further try has an intent of its own. Called on any thread, and must
    /// return at once.
    ///
    /// - Returns: Nil for a create that may be sent however long after its intent.
    func sendCondition(_ key: JournalKey) -> (@Sendable () -> Bool)?

    /// The try that was intended had no effect, and nothing of it can come any more.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`: the create then ends with it, and is not tried again.
    func withdrawIntent(_ key: JournalKey) async throws

    /// The service has taken it.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`: the caller gets it with the prediction, and creates no more.
    func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws

    /// The service may have taken it; no answer has come.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`, which the client logs.
    func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws

    /// It was not made, and will not be: the service refused it, or it was given up before it was sent.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`, which the client logs.
    func recordNotMade(_ key: JournalKey) async throws

    /// A prediction has ended: with its output if it succeeded. May be called more than once, of which the first call counts,
    /// and for predictions that no create of this journal made.
    ///
    /// - Parameter byCaller: Whether the caller asked for its cancellation. One that was canceled because its wait was given
    ///   up, or by another client, is still wanted.
    /// - Throws: ``SpeedPixError`` `journal_failed`, which the client logs: the next attempt asks the service again.
    func recordEnded(_ prediction: Prediction, byCaller: Bool) async throws

    /// The caller has asked for the cancellation of a prediction: whenever it ends as canceled, that was by the caller. At once:
    /// it is written down in its time.
    func recordCancelWanted(_ predictionID: String)

    // MARK: Files

    /// Which file of an output a URL is, of predictions that attempts before have made; without what signs it. Asked for URLs
    /// that this client has not come upon.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` if the journal cannot be read.
    func outputFileID(of url: String) async throws -> OutputFileID?

    /// A file of an output was saved where the caller wanted it.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func recordSaved(_ file: SavedFile) async throws

    /// The content of an output's file has gone elsewhere, as into a picture that was made from it and saved: it need not be saved
    /// itself. At once: it is written down in its time.
    func recordUsed(_ output: OutputFileID)

    /// Where a file of an output was saved, the newest last.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` if the journal cannot be read.
    func savedFiles(_ output: OutputFileID) async throws -> [SavedFile]

    // MARK: Values

    /// What an attempt before, or this one, has kept under a name. At once: it is held in memory.
    func value(_ name: String) -> JSONValue?

    /// Keeps a value. Returns at once; it is written down before any intent that is recorded after it.
    func keep(_ value: JSONValue, _ name: String)

    /// Returns when what was kept so far is written down.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func flush() async throws
}

extension PredictionJournal {
    /// False.
    public var isDryRun: Bool { false }
    /// Nil, for a journal that sets creates no time.
    public func sendCondition(_ key: JournalKey) -> (@Sendable () -> Bool)? { nil }
    /// Does nothing, for a journal that does not record requests to cancel.
    public func recordCancelWanted(_ predictionID: String) {}
    /// Nil, for a journal that does not record outputs.
    public func outputFileID(of url: String) async throws -> OutputFileID? { nil }
    /// Does nothing, for a journal that does not record files.
    public func recordSaved(_ file: SavedFile) async throws {}
    /// Does nothing, for a journal that does not record files.
    public func recordUsed(_ output: OutputFileID) {}
    /// None.
    public func savedFiles(_ output: OutputFileID) async throws -> [SavedFile] { [] }
    /// Nil, for a journal that does not keep values.
    public func value(_ name: String) -> JSONValue? { nil }
    /// Nothing is done.
    public func keep(_ value: JSONValue, _ name: String) {}
    /// Nothing is done.
    public func flush() async throws {}
}

/// A create, as a journal knows it until it has been sent.
public struct JournalKey: RawRepresentable, Hashable, Sendable {
    /// The journal's own number.
    public let rawValue: UInt64

    /// A key by the journal's number.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// What a journal says of a create.
public enum JournalClaim: Sendable {
    /// It was never made: go on with this key.
    case new(JournalKey)
    /// It was made, and this is what is known of it. Nothing is sent.
    case recorded(Prediction)
}

/// What a journal is asked about before a create.
public struct JournaledCreate: Sendable {
    /// Where in its run it stands; nil where positions are not counted.
    public var position: CreatePosition?
    /// What it is; nil if it cannot be distinguished from others, as one with a stream that can be read only once, and if
    /// ``PredictionJournal/identifiesCreates`` is false.
    public var identity: CreateIdentity?
    /// The workflow's id.
    public var workflowID: String
    /// What the caller calls it.
    public var label: String?
    /// The input, for people: files stand by their names. Without the secret; URLs may be signed.
    public var input: [String: JSONValue]
    /// Files of outputs that go into it.
    public var sources: [OutputFileID]

    /// What a client makes of a create; for the tests of a journal.
    public init(
        position: CreatePosition? = nil, identity: CreateIdentity? = nil, workflowID: String, label: String? = nil,
        input: [String: JSONValue] = [:], sources: [OutputFileID] = []
    ) {
        self.position = position
        self.identity = identity
        self.workflowID = workflowID
        self.label = label
        self.input = input
        self.sources = sources
    }
}

/// Where a create stands in its run: `map 2/item 17/create 1`. Fixed when it is asked for, and the same in each attempt of a
/// script that has not changed.
public struct CreatePosition: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// As journals and people know it.
    public let rawValue: String

    /// A position by its text.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The text.
    public var description: String { rawValue }
}
