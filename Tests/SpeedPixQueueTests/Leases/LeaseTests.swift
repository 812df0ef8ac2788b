import SpeedPixBatch
import SpeedPixTestSupport
import Testing

@testable import SpeedPixQueue

@Suite("Leases of a batch's budget and rate")
struct LeaseTests {
    @Test("Blocks have in all what the budget has", arguments: [0, 1, 99, 100, 250, 4999, 5000, 1_000_003])
    func budgetBlocks(budget: Int) {
        let blocks = BudgetBlocks(budget: budget)
        #expect((0...blocks.count + 1).reduce(0) { $0 + blocks.size(of: $1) } == budget)
        #expect(blocks.size == max(1, min(50, budget / 100)))
    }

    @Test("Workers together get the budget, and not one create more")
    func budget() async throws {
        let name = try #require(BatchName("b"))
        let store = MemoryStore()
        let workers = (0..<3).map {
            BudgetLeases(budget: 731, of: name, in: store, worker: "w\($0)", token: "t\($0)")
        }
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<12 {
                group.addTask {
                    var count = 0
                    while try await workers[task % 3].take() { count += 1 }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(taken == 731)
    }

    @Test("A worker that starts again begins behind what was leased, and what it had left is lost")
    func restart() async throws {
        let name = try #require(BatchName("b"))
        let store = MemoryStore()
        func takeOne(_ token: String) async throws -> Bool {
            try await BudgetLeases(budget: 5, of: name, in: store, worker: "w", token: token).take()
        }
        for number in 0..<5 { #expect(try await takeOne("t\(number)")) }
        #expect(try await takeOne("t5") == false)
    }

    @Test("A worker that forgets a batch goes on with what it had leased; another batch of the name begins anew")
    func kept() async throws {
        let name = try #require(BatchName("b"))
        let (store, budgets) = (MemoryStore(), KeptBudgets())
        func leases(_ digest: String, _ token: String) -> BudgetLeases {
            budgets.leases(of: name, digest: digest) {
                BudgetLeases(budget: 300, of: name, in: store, worker: "w", token: token)
            }
        }
        // In blocks of three.
        for number in 0..<3 { #expect(try await leases("one", "t\(number)").take()) }
        #expect(store.count == 1)
        #expect(try await leases("other", "t4").take())
        #expect(store.count == 2)
        budgets.remove(name)
        #expect(try await leases("other", "t5").take())
        #expect(store.count == 3)
    }

    @Test("Creates of a rate are evenly spaced, each in one block, and no two blocks share a place")
    func rateBlocks() throws {
        for text in ["60/min", "2/s", "1000/h", "700/min", "3/h"] {
            let blocks = RateBlocks(try #require(CreateRate(text)))
            let first = blocks.block(at: 1_800_000_000_000_000_000)
            var times: [Int64] = []
            var places: Set<String> = []
            for block in first..<first + 40 {
                times += blocks.times(of: block, from: 0)
                let place = blocks.place(of: block)
                #expect(place.number > 0)
                #expect(places.insert("\(place.slot).\(place.number)").inserted, "\(text)")
            }
            let interval = Int64((try #require(CreateRate(text)).interval / .nanoseconds(1)).rounded())
            #expect(zip(times.dropFirst(), times).allSatisfy { $0 - $1 == interval }, "\(text)")
        }
    }

    @Test("The block of a time has a create that is still to come")
    func currentBlock() throws {
        let blocks = RateBlocks(try #require(CreateRate("700/min")))
        for step in 0..<500 {
            let time = 1_800_000_000_000_000_000 + Int64(step) * 37_000_003
            #expect(!blocks.times(of: blocks.block(at: time), from: time).isEmpty)
        }
    }

    @Test("Two workers share a rate: none of their creates goes before its time")
    func rate() async throws {
        let name = try #require(BatchName("b"))
        let rate = try #require(CreateRate("60/min"))
        let clock = ManualClock()
        let start = clock.now
        let store = MemoryStore(time: { Int64((start.duration(to: clock.now) / .nanoseconds(1)).rounded()) })
        let workers = (0..<2).map {
            RateLeases(rate, of: name, in: store, worker: "w\($0)", token: "t\($0)", clock: clock)
        }
        let times = CountedState<[Duration]>([]) { $0.count }
        let creates = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        try await workers[number % 2].wait()
                        times.withLock { $0.append(start.duration(to: clock.now)) }
                    }
                }
                try await group.waitForAll()
            }
        }
        // The first create goes at once: it is at zero.
        for left in stride(from: 9, through: 1, by: -1) {
            await clock.waitForPauses(left)
            clock.advance(by: .seconds(1))
        }
        try await creates.value
        let sorted = times.withLock { $0.sorted() }
        #expect(sorted.count == 10)
        #expect(zip(sorted, 0...).allSatisfy { $0 >= .seconds($1) })
    }
}
