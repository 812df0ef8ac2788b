/// Who may poll when: a timer queue whose turns keep to a common rate. A pure value; times are since any fixed moment.
struct TurnQueue {
    /// One turn to come.
    private struct Turn {
        var due: Duration
        var number: UInt64
        /// It is given then, whatever the rate says: a wait must end in time.
        var deadline: Duration
    }

    /// A binary heap, the earliest first; of turns that are due together, the one that came first.
    private var heap: [Turn] = []
    private var cancelled: Set<UInt64> = []
    /// Turns to come whose place in the rate is taken already.
    private var reserved: Set<UInt64> = []
    private var nextNumber: UInt64 = 0
    /// The time between two turns at the common rate.
    private let spacing: Duration
    /// How far the rate may be ahead of itself: turns that find nobody before them need not wait at all.
    private let burst: Duration
    private var nextSlot: Duration = .zero

    /// - Parameter rate: Turns a second; as many may come at once after a pause.
    init(rate: Double) {
        spacing = .seconds(1) / rate
        burst = spacing * (max(rate.rounded(.down), 1) - 1)
    }

    var isEmpty: Bool { heap.count == cancelled.count }

    mutating func add(due: Duration, deadline: Duration) -> UInt64 {
        nextNumber += 1
        push(Turn(due: min(due, deadline), number: nextNumber, deadline: deadline))
        return nextNumber
    }

    mutating func cancel(_ number: UInt64) {
        cancelled.insert(number)
        // Whoever comes next shall not wait for a crowd that has gone.
        if reserved.remove(number) != nil { nextSlot -= spacing }
        // The dead leave when their time comes, or when they are the most.
        guard cancelled.count > 64, cancelled.count * 2 > heap.count else { return }
        let living = heap.filter { !cancelled.contains($0.number) }
        heap = []
        cancelled = []
        for turn in living { push(turn) }
    }

    /// The turns that have come.
    mutating func take(at now: Duration) -> [UInt64] {
        var taken: [UInt64] = []
        while let turn = heap.first, turn.due <= now {
            removeFirst()
            if cancelled.remove(turn.number) != nil { continue }
            if reserved.remove(turn.number) != nil || now >= turn.deadline || claimSlot(at: now) {
                taken.append(turn.number)
                continue
            }
            var later = turn
            later.due = min(nextSlot - burst, turn.deadline)
            reserved.insert(turn.number)
            nextSlot += spacing
            push(later)
        }
        return taken
    }

    /// When the next turn comes.
    mutating func nextDue() -> Duration? {
        while let first = heap.first {
            guard cancelled.remove(first.number) != nil else { return first.due }
            removeFirst()
        }
        return nil
    }

    private mutating func claimSlot(at now: Duration) -> Bool {
        nextSlot = max(nextSlot, now)
        guard nextSlot <= now + burst else { return false }
        nextSlot += spacing
        return true
    }

    // MARK: The heap

    private func comesFirst(_ left: Int, _ right: Int) -> Bool {
        (heap[left].due, heap[left].number) < (heap[right].due, heap[right].number)
    }

    private mutating func push(_ turn: Turn) {
        heap.append(turn)
        var child = heap.count - 1
        while child > 0, comesFirst(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && comesFirst(child, least) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
