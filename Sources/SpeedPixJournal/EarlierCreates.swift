import SpeedPix

/// A create of an attempt before.
struct EarlierCreate: Sendable {
    enum State: Sendable {
        /// It was made; it may have ended, or been canceled by the script.
        case made
        /// It failed, or was canceled by somebody else.
        case failed
        /// Nobody knows whether it was made.
        case inDoubt
    }

    let row: Int64
    let position: CreatePosition?
    let digest: String
    let state: State
    let workflowID: String
    let label: String?
    let intended: Double
    /// The newest create of the run when its end was noticed.
    let endedAfter: Int64?
}

/// The creates of attempts before, each of which is claimed once. A value.
struct EarlierCreates: Sendable {
    enum Claim {
        case found(EarlierCreate)
        /// There is none; what was created at the same place is another one.
        case changed(EarlierCreate)
        case none
    }

    private struct Place: Hashable {
        var position: CreatePosition
        var digest: String
    }

    /// The two newest creates of a task or an item, at different positions.
    private struct Newest {
        var first: (row: Int64, position: CreatePosition)
        var second: (row: Int64, position: CreatePosition)?

        mutating func add(_ row: Int64, _ position: CreatePosition) {
            if position != first.position { second = first }
            first = (row, position)
        }

        func row(otherThan position: CreatePosition) -> Int64? {
            first.position == position ? second?.row : first.row
        }
    }

    private var all: [EarlierCreate] = []
    /// Indices in ``all``, the oldest first.
    private var byPlace: [Place: [Int]] = [:]
    private var byPosition: [CreatePosition: [Int]] = [:]
    private var byDigest: [String: [Int]] = [:]
    private var isTaken: [Bool] = []
    /// How far ``byDigest`` was looked through: what lies before is taken or has failed.
    private var firstFree: [String: Int] = [:]
    private var newest: [Substring: Newest] = [:]
    private let makesFailedAgain: Bool

    /// - Parameters:
    ///   - creates: The oldest first.
    ///   - makesFailedAgain: Whether those that failed are never given back, whatever their task did after that.
    ///   - isMadeAgain: Those that are never given back.
    init(
        _ creates: [EarlierCreate] = [], makesFailedAgain: Bool = false,
        isMadeAgain: (EarlierCreate) -> Bool = { _ in false }
    ) {
        all = creates
        self.makesFailedAgain = makesFailedAgain
        isTaken = creates.map(isMadeAgain)
        for (index, create) in creates.enumerated() {
            byDigest[create.digest, default: []].append(index)
            guard let position = create.position else { continue }
            byPlace[Place(position: position, digest: create.digest), default: []].append(index)
            byPosition[position, default: []].append(index)
            let entry = (create.row, position)
            newest[position.scope, default: Newest(first: entry)].add(create.row, position)
        }
    }

    /// The one that stands for a create, if any does. It stands for no other one then.
    mutating func take(position: CreatePosition?, digest: String) -> Claim {
        if let position, let found = takeHere(Place(position: position, digest: digest)) { return .found(found) }
        if let found = takeElsewhere(digest) { return .found(found) }
        guard let position, let others = byPosition[position],
            let other = others.last(where: { !isTaken[$0] && all[$0].state == .made && all[$0].digest != digest })
        else { return .none }
        return .changed(all[other])
    }

    private mutating func takeHere(_ place: Place) -> EarlierCreate? {
        let free = (byPlace[place] ?? []).filter { !isTaken[$0] }
        guard
            let newest = free.last(where: { all[$0].state != .failed })
                ?? free.last(where: { isFinalFailure(all[$0]) })
        else { return nil }
        // The others at this place are tries before it.
        for index in free { isTaken[index] = true }
        return all[newest]
    }

    private mutating func takeElsewhere(_ digest: String) -> EarlierCreate? {
        guard let same = byDigest[digest] else { return nil }
        var next = firstFree[digest] ?? 0
        while next < same.count {
            let index = same[next]
            next += 1
            firstFree[digest] = next
            guard !isTaken[index], all[index].state != .failed else { continue }
            isTaken[index] = true
            return all[index]
        }
        return nil
    }

    /// Whether the task or item went on to another create after it had failed: then that one is what the script has made of the
    /// failure, and it is paid for.
    private func isFinalFailure(_ create: EarlierCreate) -> Bool {
        guard !makesFailedAgain, let position = create.position, let end = create.endedAfter,
            let later = newest[position.scope]?.row(otherThan: position)
        else { return false }
        return later > end
    }

    /// Those in doubt that nobody has claimed yet.
    var doubts: [RecordedDoubt] {
        all.indices.filter { !isTaken[$0] && all[$0].state == .inDoubt }.map { index in
            let create = all[index]
            return RecordedDoubt(
                number: create.row, position: create.position, workflowID: create.workflowID, label: create.label,
                time: create.intended)
        }
    }
}

extension CreatePosition {
    /// The task or item: what stands before the last step.
    fileprivate var scope: Substring {
        rawValue.lastIndex(of: "/").map { rawValue[..<$0] } ?? ""
    }
}
