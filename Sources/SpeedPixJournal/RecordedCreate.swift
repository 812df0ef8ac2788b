public import SpeedPix

/// A create as a journal has it, for lists.
public struct RecordedCreate: Sendable {
    /// How it stands.
    public enum State: String, Sendable, CaseIterable {
        /// It was about to be sent, and no result is recorded. It counts as in doubt.
        case intended
        /// The service has it; its end is not known.
        case created
        /// It is unknown whether the service has it.
        case inDoubt = "in_doubt"
        /// It gave an output.
        case succeeded
        /// The workflow failed.
        case failed
        /// The caller has canceled it.
        case canceled
        /// It was canceled by another client, or since its wait was given up: it is made again.
        case stopped
        /// It was in doubt, and its user has decided to make it again.
        case abandoned
    }

    /// Its number in the run: the higher, the newer.
    public var number: Int64
    /// The run that it belongs to.
    public var run: Int64
    /// Of a batch's row: by what the row is known again.
    public var rowKey: String?
    /// Where in the run it stands.
    public var position: CreatePosition?
    /// What it is, with the beginnings of its inputs' digests; nil for one that cannot be distinguished from others.
    public var identity: CreateIdentity?
    /// How it stands.
    public var state: State
    /// The workflow's id.
    public var workflowID: String
    /// What the caller called it.
    public var label: String?
    /// For people: files by their names, URLs without what signs them.
    public var input: [String: JSONValue]
    /// As in the service's last answer; nil while it has no id.
    public var prediction: Prediction?
    /// Why it is in doubt.
    public var problem: String?
    /// When it was about to be sent, in seconds since 1970.
    public var intended: Double
    /// When its end was noticed, in seconds since 1970.
    public var ended: Double?
    /// Where files of its output were saved.
    public var paths: [String]
    /// How many files of its output were neither saved nor used: for another create, or for a picture that was saved.
    public var unsavedFiles: Int
    /// Whether an attempt before the run's last one has made it, so that the last one did not have to.
    package var isReused: Bool

    /// Whether it is unknown whether it was made.
    public var isInDoubt: Bool { state == .intended || state == .inDoubt }
}

/// A run as a journal has it, for lists.
public struct RecordedRun: Sendable {
    /// Its number: the higher, the newer.
    public var number: Int64
    /// What it is known by.
    public var description: RunDescription
    /// The batch that it is a row of, and the row's key; nil for a run that is no row.
    public var batch: (run: Int64, key: String)?
    /// What its random draws begin with.
    public var seed: Int64
    /// In seconds since 1970.
    public var started: Double
    /// When its last attempt ended, in seconds since 1970; nil while it goes on, and if that was killed.
    public var ended: Double?
    /// How often it was begun.
    public var attempts: Int
    /// Whether its last attempt ended well.
    public var hasSucceeded: Bool
    /// Creates that the service has taken.
    public var created: Int
    /// Those of them that gave an output.
    public var succeeded: Int
    /// Those of them that failed.
    public var failed: Int
    /// Those of them that were canceled, by whomever.
    public var canceled: Int
    /// Those whose end is not known.
    public var unended: Int
    /// Creates of which it is unknown whether the service has taken them.
    public var inDoubt: Int
    /// Those that succeeded with files that were neither saved nor used.
    public var unsaved: Int
    /// Those of ``created`` that an attempt before the last one has made.
    package var reused: Int

    /// Whether there is something to go on with.
    public var isUnfinished: Bool { !hasSucceeded || unended + inDoubt > 0 }
}

/// A create of an attempt before whose outcome is unknown.
public struct RecordedDoubt: Sendable, Hashable {
    /// Its number in the run.
    public let number: Int64
    /// Where in the run it stood.
    public let position: CreatePosition?
    /// The workflow's id.
    public let workflowID: String
    /// What the script called it.
    public let label: String?
    /// When it was about to be sent, in seconds since 1970.
    public let time: Double

    init(_ create: EarlierCreate) {
        number = create.number
        position = create.position
        workflowID = create.workflowID
        label = create.label
        time = create.intended
    }
}
