import CLuaBridge

/// Where in its script's run a task stands, with counters for what happens there, and a stream of random numbers.
///
/// It is the same in each run of the same script, whichever of its tasks ends first: a task and an item of `map` count for
/// themselves. What the library spawns to do its own work stands where its caller does.
///
/// `@unchecked Sendable` for the same reason as ``LuaTask``: only the ``LuaScheduler`` touches it, on its VM's actor.
final class TaskPosition: LuaObject, @unchecked Sendable {
    static let luaClass = LuaClass(name: "position", properties: [])

    private var parent: TaskPosition?
    private let kind: String
    private let number: Int
    private var counts: [(kind: String, count: Int)] = []
    /// How often each key has come; items begin in the order of their list.
    private var occurrences: [String: Int] = [:]
    private var seed: UInt64
    private var stream: UnsafeMutablePointer<spl_random>?

    /// Where a VM's scripts begin.
    ///
    /// - Parameter seed: What their random draws begin with.
    init(seed: UInt64) {
        parent = nil
        kind = ""
        number = 0
        self.seed = seed
    }

    /// A position within another one: `item 17`.
    ///
    /// - Parameter key: What an item is known by, if it is known by something: its stream of random numbers stays the same when
    ///   others are added before it.
    init(_ kind: String, _ number: Int, in parent: TaskPosition, key: String? = nil) {
        self.parent = parent
        self.kind = kind
        self.number = number
        if let key {
            parent.occurrences[key, default: 0] += 1
            seed = parent.seed(of: "\(kind) \(key)", parent.occurrences[key] ?? 1)
        } else {
            seed = parent.seed(of: kind, number)
        }
    }

    deinit {
        stream?.deallocate()
        // By a loop: released one within the other, as many as tasks may nest would need more stack than a thread has.
        var next = parent.take()
        while isKnownUniquelyReferenced(&next), let last = next { next = last.parent.take() }
    }

    /// `map 2/item 17`; empty for where a script begins.
    var path: String {
        var steps: [String] = []
        var next: TaskPosition? = self
        while let position = next, let parent = position.parent {
            steps.append("\(position.kind) \(position.number)")
            next = parent
        }
        return steps.reversed().joined(separator: "/")
    }

    /// How often something has happened here, this time included.
    func count(_ kind: String) -> Int {
        let known = counts.firstIndex { $0.kind == kind }
        guard let known else {
            counts.append((kind, 1))
            return 1
        }
        counts[known].count += 1
        return counts[known].count
    }

    /// Counts something, and gives its path: `map 2/item 17/create 1`.
    func path(ofNext kind: String) -> String {
        let step = "\(kind) \(count(kind))"
        return parent == nil ? step : "\(path)/\(step)"
    }

    // MARK: Random numbers

    /// The stream of this position.
    var random: UnsafeMutablePointer<spl_random> {
        if let stream { return stream }
        let made = UnsafeMutablePointer<spl_random>.allocate(capacity: 1)
        spl_seed_random(made, seed)
        stream = made
        return made
    }

    /// Begins the stream anew, and those of positions that begin below this one from now on.
    func reseed(_ seed: UInt64) {
        self.seed = seed
        spl_seed_random(random, seed)
    }

    /// Another one for each position (FNV-1a over its name, from this one's seed on).
    private func seed(of kind: String, _ number: Int) -> UInt64 {
        var hash = seed ^ 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        kind.utf8.forEach(add)
        withUnsafeBytes(of: UInt64(number).littleEndian) { $0.forEach(add) }
        return hash
    }

    var luaDescription: String { "position \(path)" }
    func luaProperty(_ name: String) -> LuaValue? { nil }
}
