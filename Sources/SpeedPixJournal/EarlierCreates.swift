import SpeedPix

/// A create of an attempt before.
struct EarlierCreate: Sendable {
    enum State: Sendable {
        /// It was made; it may have ended.
        case made
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
}

/// The creates of attempts before, each of which is claimed once. A value.
struct EarlierCreates: Sendable {
    private struct Place: Hashable {
        var position: CreatePosition
        var digest: String
    }

    private var all: [EarlierCreate] = []
    /// Indices in ``all``, the oldest first.
    private var byPlace: [Place: [Int]] = [:]
    private var byDigest: [String: [Int]] = [:]
    private var isTaken: [Bool] = []
    /// How far ``byDigest`` was looked through: what lies before is taken or has failed.
    private var firstFree: [String: Int] = [:]

    /// - Parameter creates: The oldest first.
    init(_ creates: [EarlierCreate] = []) {
        all = creates
        isTaken = Array(repeating: false, count: creates.count)
        for (index, create) in creates.enumerated() {
            byDigest[create.digest, default: []].append(index)
            if let position = create.position {
                byPlace[Place(position: position, digest: create.digest), default: []].append(index)
            }
        }
    }

    /// The one that stands for a create, if any does. It stands for no other one then.
    mutating func take(position: CreatePosition?, digest: String) -> EarlierCreate? {
        if let position, let here = byPlace[Place(position: position, digest: digest)] {
            let free = here.filter { !isTaken[$0] }
            if let newest = free.last(where: { all[$0].state != .failed }) {
                // The others at this place are tries before it.
                for index in free { isTaken[index] = true }
                return all[newest]
            }
        }
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
