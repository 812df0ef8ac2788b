/// A create of an attempt before.
package struct EarlierCreate: Sendable {
    package enum State: Sendable {
        /// It was made; it may have ended, or been canceled by the script.
        case made
        /// It failed, or another client has canceled it.
        case failed
        /// It is unknown whether it was made.
        case inDoubt
    }

    /// Its number in the run: the higher, the newer.
    package let number: Int64
    package let position: CreatePosition?
    /// Nil for one that cannot be distinguished from others.
    package let digest: String?
    package let state: State
    package let workflowID: String
    package let label: String?
    package let intended: Double
    /// The attempt that sent it.
    package let attempt: Int
    /// The attempt that noticed its end, and the newest create of the run by then.
    package let end: (attempt: Int, newest: Int64)?

    package init(
        number: Int64, position: CreatePosition?, digest: String?, state: State, workflowID: String, label: String?,
        intended: Double, attempt: Int, end: (attempt: Int, newest: Int64)?
    ) {
        self.number = number
        self.position = position
        self.digest = digest
        self.state = state
        self.workflowID = workflowID
        self.label = label
        self.intended = intended
        self.attempt = attempt
        self.end = end
    }
}

/// The creates of attempts before, each of which is claimed once. A value.
///
/// A create in doubt is never claimed: every create that is the same is refused until the user says what became of it.
package struct EarlierCreates: Sendable {
    package enum Claim {
        case found(EarlierCreate)
        /// There is none; another create was at the same position.
        case changed(EarlierCreate)
        case none
    }

    private struct Key: Hashable {
        var position: CreatePosition
        var digest: String
    }

    private struct Scope: Hashable {
        var path: Substring
        var attempt: Int
    }

    /// The two newest creates of a task or an item in one attempt, at different positions.
    private struct Newest {
        var first: (number: Int64, position: CreatePosition)
        var second: (number: Int64, position: CreatePosition)?

        mutating func add(_ number: Int64, _ position: CreatePosition) {
            if position != first.position { second = first }
            first = (number, position)
        }

        func number(otherThan position: CreatePosition) -> Int64? {
            first.position == position ? second?.number : first.number
        }
    }

    private var all: [EarlierCreate] = []
    /// Indices in ``all``, the oldest first.
    private var byKey: [Key: [Int]] = [:]
    private var byPosition: [CreatePosition: [Int]] = [:]
    private var byDigest: [String: [Int]] = [:]
    private var isClaimed: [Bool] = []
    /// How far ``byDigest`` was looked through: what lies before is claimed, has failed or is in doubt.
    private var firstFree: [String: Int] = [:]
    private var newest: [Scope: Newest] = [:]
    private let makesFailedAgain: Bool

    /// - Parameters:
    ///   - creates: The oldest first.
    ///   - makesFailedAgain: Whether failed creates are never claimed, whatever their task did after the failure.
    ///   - isMadeAgain: Whether a create is never claimed.
    package init(
        _ creates: [EarlierCreate] = [], makesFailedAgain: Bool = false,
        isMadeAgain: (EarlierCreate) -> Bool = { _ in false }
    ) {
        all = creates
        self.makesFailedAgain = makesFailedAgain
        isClaimed = creates.map(isMadeAgain)
        for (index, create) in creates.enumerated() {
            if let digest = create.digest { byDigest[digest, default: []].append(index) }
            guard let position = create.position else { continue }
            byPosition[position, default: []].append(index)
            if let digest = create.digest {
                byKey[Key(position: position, digest: digest), default: []].append(index)
            }
            let scope = Scope(path: position.scope, attempt: create.attempt)
            newest[scope, default: Newest(first: (create.number, position))].add(create.number, position)
        }
    }

    /// Claims the earlier create that is the same as a new one, if there is one. It cannot be claimed again, unless it is in
    /// doubt.
    ///
    /// - Parameter digest: Nil for a create that cannot be distinguished from others: only one in doubt at its position is
    ///   the same.
    package mutating func claim(position: CreatePosition?, digest: String?) -> Claim {
        guard let digest else {
            let doubt = position.flatMap { byPosition[$0] }?.last { isDoubt($0) && all[$0].digest == nil }
            return doubt.map { .found(all[$0]) } ?? .none
        }
        if let position, let found = claimAtPosition(Key(position: position, digest: digest)) { return .found(found) }
        if let found = claimByDigest(digest) { return .found(found) }
        guard let position, let others = byPosition[position],
            let other = others.last(where: { isOther($0, than: digest) })
        else { return .none }
        return .changed(all[other])
    }

    /// Makes a claimed create free again: its prediction cannot be used.
    package mutating func release(_ create: EarlierCreate) {
        guard let digest = create.digest,
            let index = byDigest[digest]?.first(where: { all[$0].number == create.number })
        else { return }
        isClaimed[index] = false
        firstFree[digest] = nil
    }

    private func isOther(_ index: Int, than digest: String) -> Bool {
        !isClaimed[index] && all[index].state == .made && all[index].digest.map { $0 != digest } == true
    }

    private func isDoubt(_ index: Int) -> Bool { !isClaimed[index] && all[index].state == .inDoubt }

    private mutating func claimAtPosition(_ key: Key) -> EarlierCreate? {
        let free = (byKey[key] ?? []).filter { !isClaimed[$0] }
        guard
            let newest = free.last(where: { all[$0].state == .made })
                ?? free.last(where: { all[$0].state == .inDoubt })
                ?? free.last(where: { isFinalFailure(all[$0]) })
        else { return nil }
        if all[newest].state != .inDoubt { isClaimed[newest] = true }
        return all[newest]
    }

    private mutating func claimByDigest(_ digest: String) -> EarlierCreate? {
        guard let same = byDigest[digest] else { return nil }
        var next = firstFree[digest] ?? 0
        while next < same.count {
            let index = same[next]
            next += 1
            firstFree[digest] = next
            guard !isClaimed[index], all[index].state == .made else { continue }
            isClaimed[index] = true
            return all[index]
        }
        return same.last(where: isDoubt).map { all[$0] }
    }

    /// Whether the task or item went on to another create after it had failed: then that one is what the script has made of the
    /// failure, and it is paid for.
    private func isFinalFailure(_ create: EarlierCreate) -> Bool {
        guard !makesFailedAgain, let position = create.position, let end = create.end,
            let later = newest[Scope(path: position.scope, attempt: end.attempt)]?.number(otherThan: position)
        else { return false }
        return later > end.newest
    }

    /// Those in doubt.
    package var doubts: [EarlierCreate] { all.indices.filter(isDoubt).map { all[$0] } }
}

extension CreatePosition {
    /// The task or item: what stands before the last step.
    fileprivate var scope: Substring {
        rawValue.lastIndex(of: "/").map { rawValue[..<$0] } ?? ""
    }
}
