import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Which prediction begins on which server")
struct ServerScheduleTests {
    private let all: Set<String> = ["a", "b", "c", "d"]

    private func schedule(_ up: [String] = ["a", "b"], perServer: Int = 1) -> ServerSchedule {
        var schedule = ServerSchedule(servers: ["a", "b", "c", "d"], perServer: perServer)
        for server in up { schedule.setUp(server, true) }
        return schedule
    }

    /// What begins, in alphabetical order.
    private func expect(
        _ schedule: inout ServerSchedule, begins expected: [String], at location: SourceLocation = #_sourceLocation
    ) {
        var begun: [String] = []
        while let assignment = schedule.next() { begun.append("\(assignment.prediction)@\(assignment.server)") }
        #expect(begun.sorted() == expected, sourceLocation: location)
    }

    @Test("Free servers: each prediction in its order, as many as there is room for")
    func order() throws {
        var schedule = schedule()
        for (index, name) in ["p1", "p2", "p3"].enumerated() {
            try schedule.add(name, workflow: "w", order: index, eligible: all)
        }
        expect(&schedule, begins: ["p1@a", "p2@b"])
        #expect(schedule.position(of: "p3") == 0)
        schedule.remove("p2")
        expect(&schedule, begins: ["p3@b"])
        #expect(schedule.position(of: "p3") == nil)
    }

    @Test("Several predictions a server")
    func capacity() throws {
        var schedule = schedule(["a"], perServer: 2)
        for index in 0..<3 { try schedule.add("p\(index)", workflow: "w", order: index, eligible: all) }
        expect(&schedule, begins: ["p0@a", "p1@a"])
    }

    @Test("The server that last ran the workflow is chosen, then one without strangers' prompts")
    func choice() throws {
        var schedule = schedule(["a", "b", "c"])
        schedule.setStrangers("a", 2)
        try schedule.add("p1", workflow: "w", order: 1, eligible: all)
        expect(&schedule, begins: ["p1@b"])
        schedule.remove("p1")
        try schedule.add("p2", workflow: "v", order: 2, eligible: all)
        expect(&schedule, begins: ["p2@c"])
        schedule.remove("p2")
        schedule.setStrangers("c", 5)
        try schedule.add("p3", workflow: "v", order: 3, eligible: all)
        expect(&schedule, begins: ["p3@c"])
    }

    @Test("A server that has the workflow goes on with it, ahead of another workflow")
    func overtaking() throws {
        var schedule = schedule(["a"])
        try schedule.add("x0", workflow: "x", order: 0, eligible: all)
        expect(&schedule, begins: ["x0@a"])
        try schedule.add("y1", workflow: "y", order: 1, eligible: all)
        for index in 2..<30 { try schedule.add("x\(index)", workflow: "x", order: index, eligible: all) }
        var started: [String] = []
        var running = "x0"
        for _ in 0..<20 {
            schedule.remove(running)
            let assignment = schedule.next()
            running = try #require(assignment).prediction
            started.append(running)
        }
        let place = try #require(started.firstIndex(of: "y1"))
        #expect(place > 0)
        #expect(place <= ServerSchedule.overtakingLimit)
    }

    @Test("Nobody is overtaken more than ten times, whatever the mix", arguments: 1...20 as ClosedRange<UInt64>)
    func overtakingIsBounded(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var schedule = schedule(["a", "b", "c", "d"])
        for index in 0..<300 {
            try schedule.add("\(index)", workflow: "w\(generator.below(3))", order: index, eligible: all)
        }
        var running: [String] = []
        var started: [Int] = []
        while started.count < 300 {
            while let assignment = schedule.next() {
                running.append(assignment.prediction)
                started.append(try #require(Int(assignment.prediction)))
            }
            if !running.isEmpty { schedule.remove(running.remove(at: generator.below(running.count))) }
        }
        #expect(Set(started).count == 300)
        for (place, index) in started.enumerated() {
            #expect(started[..<place].count { $0 > index } <= ServerSchedule.overtakingLimit)
        }
    }

    /// How long 200 predictions take on four servers, of two workflows that are mixed at random, against the best order: each
    /// server loads one workflow, once.
    @Test(
        "Two workflows mixed: at most 1.2 times the best order", arguments: 1...20 as ClosedRange<UInt64>, [5, 10, 30])
    func changes(_ seed: UInt64, _ duration: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let change = 10
        var schedule = schedule(["a", "b", "c", "d"])
        var workflows: [String: String] = [:]
        for index in 0..<200 {
            let workflow = generator.chance(50) ? "x" : "y"
            workflows["\(index)"] = workflow
            try schedule.add("\(index)", workflow: workflow, order: index, eligible: all)
        }
        var loaded: [String: String] = [:]
        var ends: [(time: Int, prediction: String)] = []
        var now = 0
        var count = 0
        while count < 200 {
            while let assignment = schedule.next() {
                let workflow = workflows[assignment.prediction]
                let time = now + duration + (loaded[assignment.server] == workflow ? 0 : change)
                loaded[assignment.server] = workflow
                ends.append((time, assignment.prediction))
            }
            let first = try #require(ends.indices.min { ends[$0].time < ends[$1].time })
            let end = ends.remove(at: first)
            now = end.time
            count += 1
            schedule.remove(end.prediction)
        }
        let best = 200 * duration / 4 + change
        #expect(Double(now) <= 1.2 * Double(best))
    }

    @Test("A prediction that a configured server could run waits for it; one that none could is refused")
    func eligibility() throws {
        var schedule = schedule(["a"])
        try schedule.add("p1", workflow: "w", order: 1, eligible: ["c"])
        try schedule.add("p2", workflow: "w", order: 2, eligible: ["a", "c"])
        #expect(throws: ServerSchedule.NoServer.self) {
            try schedule.add("p3", workflow: "w", order: 3, eligible: ["elsewhere"])
        }
        expect(&schedule, begins: ["p2@a"])
        schedule.setUp("c", true)
        expect(&schedule, begins: ["p1@c"])
    }

    @Test("A second attempt: another server, or the same one if no other is up; its place is the old one")
    func secondAttempt() throws {
        var schedule = schedule(["a"])
        try schedule.add("p2", workflow: "w", order: 2, eligible: all)
        try schedule.add("p1", workflow: "w", order: 1, eligible: all, avoided: ["a"])
        #expect(schedule.position(of: "p1") == 0)
        expect(&schedule, begins: ["p1@a"])
        schedule.remove("p1")
        schedule.setUp("b", true)
        try schedule.add("p1", workflow: "w", order: 1, eligible: all, avoided: ["a"])
        expect(&schedule, begins: ["p1@b", "p2@a"])
    }

    @Test("A server that is drained or down gets nothing new; one that is up again does")
    func drain() throws {
        var schedule = schedule()
        schedule.setDraining("a", true)
        for index in 0..<2 { try schedule.add("p\(index)", workflow: "w", order: index, eligible: all) }
        expect(&schedule, begins: ["p0@b"])
        schedule.setUp("b", false)
        schedule.remove("p0")
        expect(&schedule, begins: [])
        schedule.setDraining("a", false)
        expect(&schedule, begins: ["p1@a"])
    }

    @Test("A prediction of an earlier gateway keeps its server")
    func takenUp() throws {
        var schedule = schedule(["a"])
        schedule.takeUp("old", workflow: "w", on: "a")
        try schedule.add("new", workflow: "w", order: 1, eligible: all)
        expect(&schedule, begins: [])
        schedule.remove("old")
        expect(&schedule, begins: ["new@a"])
    }
}
