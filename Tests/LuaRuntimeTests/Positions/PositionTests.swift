import LuaRuntime
import Synchronization
import Testing

/// What runs before have written down, and what this one does.
final class RecordedLog: LuaReplayLog {
    private let values: Mutex<[String: LuaValue]>

    init(_ values: [String: LuaValue] = [:]) { self.values = Mutex(values) }

    var all: [String: LuaValue] { values.withLock { $0 } }
    func value(_ name: String) -> LuaValue? { values.withLock { $0[name] } }
    func record(_ value: LuaValue, _ name: String) { values.withLock { $0[name] = value } }
}

/// A machine with the concurrency library as `s`, and `place()`, which says where it is called.
func positionMachine(seed: Int64? = 1, replayLog: (any LuaReplayLog)? = nil) throws -> LuaVM {
    let probe = LuaModule(
        name: "probe",
        functions: [
            .immediate("place") { .optional($0.position("create")) },
            .waiting("callback") { arguments in
                let function = try arguments.value(1)
                return { context in
                    guard case .function(let function) = function else { return .nil }
                    return try await context.call(function, []).first ?? .nil
                }
            },
        ], globals: ["place", "callback"])
    return try LuaVM(modules: [.concurrency(name: "s"), probe], seed: seed, replayLog: replayLog)
}

extension LuaVM {
    /// What a script returns, as texts.
    func texts(_ source: String) async throws -> [String] {
        try await run(LuaChunk(source, name: "test")).map { value in
            switch value {
            case .string(let text): text.lossyText
            case .nil: "nil"
            case .integer(let number): "\(number)"
            case .number(let number): "\(number)"
            case .boolean(let flag): "\(flag)"
            default: value.typeName
            }
        }
    }
}

@Suite("Positions of calls in a run")
struct PositionTests {
    @Test("Positions count tasks and items separately, without the library's own tasks")
    func positions() async throws {
        let places = try await positionMachine().texts(
            """
            local places = {}
            local function note() places[#places + 1] = place() end
            note() note()
            s.spawn(note):join()
            s.map({ "a", "b" }, function() note() s.spawn(note):join() end, { concurrency = 1 })
            s.map({ "a" }, function() note() s.map({ 1 }, note) note() end, { on_error = "finish" })
            s.settle({ 1 }, note)
            s.all { s.spawn(note) }
            for _ in s.completed { s.spawn(note) } do end
            s.first { s.spawn(function() note() return 1 end) }
            s.timeout(9, note)
            coroutine.wrap(note)()
            note()
            return table.unpack(places)
            """)
        #expect(
            places == [
                "create 1", "create 2", "spawn 1/create 1", "map 1/item 1/create 1", "map 1/item 1/spawn 1/create 1",
                "map 1/item 2/create 1", "map 1/item 2/spawn 1/create 1", "map 2/item 1/create 1",
                "map 2/item 1/map 1/item 1/create 1", "map 2/item 1/create 2", "map 3/item 1/create 1",
                "spawn 2/create 1", "spawn 3/create 1", "spawn 4/create 1", "timeout 1/create 1", "create 3",
                "create 4",
            ])
    }

    @Test("The position of an item does not depend on the concurrency")
    func concurrency() async throws {
        func places(_ concurrency: Int) async throws -> [String] {
            try await positionMachine().texts(
                """
                local list = {}
                for i = 1, 20 do list[i] = 21 - i end
                return table.unpack(s.map(list, function(n) s.sleep(n / 1e4) return place() end, { concurrency = \(concurrency) }))
                """)
        }
        let one = try await places(1)
        #expect(one.first == "map 1/item 1/create 1" && one.last == "map 1/item 20/create 1")
        #expect(try await places(7) == one)
    }

    @Test("A callback has no position")
    func callbacks() async throws {
        #expect(
            try await positionMachine().texts(
                "return callback(place) or 'none', callback(function() return s.spawn(place):join() end) or 'none', place()"
            )
                == ["none", "none", "create 1"])
    }
}

@Suite("Random numbers by position")
struct RandomTests {
    @Test("A seed gives the same random numbers for each task and item, whatever the concurrency")
    func streams() async throws {
        func draws(_ seed: Int64, _ concurrency: Int) async throws -> [String] {
            try await positionMachine(seed: seed).texts(
                """
                local list = {}
                for i = 1, 10 do list[i] = 11 - i end
                local draws = s.map(list, function(n)
                  local a = math.random(1 << 40)
                  s.sleep(n / 1e4)
                  return a .. " " .. math.random(1 << 40)
                end, { concurrency = \(concurrency) })
                draws[#draws + 1] = s.spawn(function() return tostring(math.random()) end):join()
                draws[#draws + 1] = tostring(math.random(0))
                return table.unpack(draws)
                """)
        }
        let one = try await draws(5, 1)
        #expect(Set(one).count == 12)
        #expect(try await draws(5, 6) == one)
        #expect(Set(try await draws(6, 6)).isDisjoint(with: one))
    }

    @Test("The random numbers of an item do not change when other items are added")
    func added() async throws {
        func draws(_ list: String) async throws -> [String] {
            try await positionMachine(seed: 5).texts(
                "return table.unpack(s.map({ \(list) }, function(v) return v .. ':' .. math.random(1 << 40) end))")
        }
        let some = try await draws("'b', 'c', 'c', 7")
        let more = try await draws("'a', 'b', 1, 'c', 'c', 7")
        #expect(Set(some).count == 4 && Set(some).isSubset(of: more))
    }

    @Test("math.random keeps to its ranges and raises Lua's own errors")
    func ranges() async throws {
        let results = try await positionMachine().texts(
            """
            local seen, low, high = {}, 1, 0
            for i = 1, 2000 do
              local f = math.random()
              assert(f >= 0 and f < 1)
              low, high = math.min(low, f), math.max(high, f)
              seen[math.random(6)] = true
              local n = math.random(-3, 3)
              assert(n >= -3 and n <= 3)
              assert(math.type(math.random(math.mininteger, math.maxinteger)) == "integer")
            end
            local count = 0
            for _ in pairs(seen) do count = count + 1 end
            local _, empty = pcall(math.random, 2, 1)
            local _, many = pcall(math.random, 1, 2, 3)
            local _, text = pcall(math.random, "x")
            return count, low < 0.01 and high > 0.99, empty, many, text, math.random(7, 7)
            """)
        #expect(
            results == [
                "6", "true", "bad argument #2 to 'math.random' (interval is empty)", "wrong number of arguments",
                "bad argument #1 to 'math.random' (number expected, got string)", "7",
            ])
    }

    @Test("math.randomseed restarts the random numbers of its task and of later tasks")
    func seeds() async throws {
        let results = try await positionMachine().texts(
            """
            math.randomseed(42)
            local a, b = math.random(1e9 // 1 | 0), s.spawn(function() return math.random(1 << 30) end):join()
            math.randomseed(42)
            local c = math.random(1e9 // 1 | 0)
            math.randomseed(43)
            return a == c, math.random(1e9 // 1 | 0) ~= a, b
            """)
        #expect(results[0] == "true" && results[1] == "true")
    }

    @Test("A repeated run uses the recorded seeds")
    func recorded() async throws {
        let script = """
            local first = math.randomseed()
            local a = math.random(1 << 40)
            math.randomseed(os.time() + os.clock() * 1e6 // 1)
            return tostring(first), tostring(a), tostring(math.random(1 << 40))
            """
        let log = RecordedLog()
        let one = try await positionMachine(seed: nil, replayLog: log).texts(script)
        #expect(log.all.keys.sorted() == ["seed 1", "seed 2"])
        #expect(try await positionMachine(seed: nil, replayLog: RecordedLog(log.all)).texts(script) == one)
        #expect(try await positionMachine(seed: nil, replayLog: RecordedLog()).texts(script)[1] != one[1])
    }
}

@Suite("The recorded order in which tasks end")
struct EndingOrderTests {
    private static let script = """
        local function after(n, value) return s.spawn(function() s.sleep(n / 1e3) return value end) end
        local order = {}
        for job in s.completed { a = after(1, "a"), b = after(9, "b"), c = after(5, "c") } do order[#order + 1] = job:join() end
        order[#order + 1] = s.first { x = after(1, "x"), y = after(9, "y") }
        return table.concat(order, " ")
        """

    @Test("completed and first record the order of the ends, and a repeated run follows it")
    func repeatedRun() async throws {
        let log = RecordedLog()
        let one = try await positionMachine(replayLog: log).texts(Self.script)
        #expect(one == ["a c b x"])
        #expect(
            log.all == ["wait 1/1": "a", "wait 1/2": "c", "wait 1/3": "b", "wait 2/1": "x"])
        let other = RecordedLog(["wait 1/1": "b", "wait 1/2": "a", "wait 2/1": "y"])
        #expect(try await positionMachine(replayLog: other).texts(Self.script) == ["b a c y"])
    }

    @Test("completed ignores recorded tasks that do not exist or were already returned")
    func uselessRecords() async throws {
        let log = RecordedLog(["wait 1/1": "gone", "wait 1/2": "a", "wait 1/3": "a", "wait 2/1": 7])
        #expect(try await positionMachine(replayLog: log).texts(Self.script) == ["a c b x"])
    }

    @Test("first ignores a recorded winner that fails this time")
    func recordedWinnerFails() async throws {
        let log = RecordedLog(["wait 1/1": "x"])
        let script = "return s.first { x = s.spawn(error, 'no'), y = s.spawn(function() return 'y' end) }"
        #expect(try await positionMachine(replayLog: log).texts(script) == ["y"])
    }
}
