import SpeedPix
import SpeedPixQueue
import Testing

@Suite("RowLogState")
struct RowLogStateTests {
    private static let record: JSONValue = ["id": "p-1", "status": "waiting"]

    private func state(_ entries: [(take: String?, facts: [RowLogFact])]) -> RowLogState {
        var state = RowLogState()
        for entry in entries {
            #expect(state.refusal(of: entry.facts, by: entry.take) == nil, "\(entry)")
            state.fold(RowLogEntry(token: "t\(state.number)", take: entry.take, time: 1, facts: entry.facts))
        }
        return state
    }

    private func intent(_ create: String, _ position: String = "create 1", digest: String = "d") -> RowLogFact {
        .intent(
            LoggedIntent(
                create: create, position: CreatePosition(rawValue: position), digest: digest, workflowID: "wf"))
    }

    @Test("only the newest take may intend, keep, release and end")
    func newestTake() {
        let state = state([
            ("a", [.taken(worker: "w1", take: "a")]), ("b", [.taken(worker: "w2", take: "b")]),
        ])
        for fact in [
            intent("c"), .value(name: "v", value: 1), .released(reason: ""), .result(generation: 1, result: "r"),
        ] {
            #expect(state.refusal(of: fact, by: "a") == .lost)
            #expect(state.refusal(of: fact, by: nil) == .lost)
            #expect(state.refusal(of: fact, by: "b") == nil)
        }
    }

    @Test("after a release nobody has the row")
    func released() {
        let state = state([("a", [.taken(worker: "w1", take: "a")]), ("a", [.released(reason: "drained")])])
        #expect(state.refusal(of: intent("c"), by: "a") == .lost)
        #expect(state.takesWithoutEnd == 0)
        #expect(state.refusal(of: .taken(worker: "w2", take: "b"), by: "b") == nil)
    }

    @Test("after the result only what became of sent creates is appended, until the row is opened again")
    func ended() {
        var entries: [(take: String?, facts: [RowLogFact])] = [
            ("a", [.taken(worker: "w1", take: "a"), intent("c")]), ("a", [.result(generation: 1, result: "r")]),
        ]
        let ended = state(entries)
        #expect(ended.refusal(of: .taken(worker: "w2", take: "b"), by: "b") == .ended)
        #expect(ended.refusal(of: intent("d", "create 2"), by: "a") == .ended)
        #expect(ended.refusal(of: .result(generation: 1, result: "s"), by: "a") == .ended)
        #expect(ended.refusal(of: .created(create: "c", record: Self.record), by: "a") == nil)
        #expect(ended.refusal(of: .again(generation: 3), by: nil) == .known)
        entries.append((nil, [.again(generation: 2)]))
        let open = state(entries)
        #expect(open.result == nil)
        #expect(open.results == [1: "r"])
        #expect(open.refusal(of: .again(generation: 3), by: nil) == .running)
        #expect(open.refusal(of: .taken(worker: "w2", take: "b"), by: "b") == nil)
        #expect(open.refusal(of: intent("d", "create 2"), by: "a") == .lost)
    }

    @Test("a create that may have been made keeps other takes from intending the same")
    func doubt() {
        let state = state([
            ("a", [.taken(worker: "w1", take: "a"), intent("c")]), ("b", [.taken(worker: "w2", take: "b")]),
        ])
        #expect(state.refusal(of: intent("d"), by: "b") == .inDoubt)
        #expect(state.refusal(of: intent("d", "create 2"), by: "b") == nil)
        #expect(state.refusal(of: [.withdrawn(create: "c"), intent("d")], by: "b") == nil)
        #expect(state.refusal(of: intent("c"), by: "b") == .known)
    }

    @Test("the service's answer goes before doubt and before a person's word")
    func lateAnswer() {
        let doubtful: [(take: String?, facts: [RowLogFact])] = [
            ("a", [.taken(worker: "w1", take: "a"), intent("c")]), ("b", [.taken(worker: "w2", take: "b")]),
            ("b", [.inDoubt(create: "c", problem: "")]),
        ]
        for between in [[], [.settled(create: "c", predictionID: nil)]] as [[RowLogFact]] {
            let state = state(doubtful + [(nil, between), ("a", [.created(create: "c", record: Self.record)])])
            #expect(state.create("c")?.state == .created)
            #expect(state.create("c")?.prediction?.id == "p-1")
            for fact in [.withdrawn(create: "c"), .inDoubt(create: "c", problem: "")] as [RowLogFact] {
                #expect(state.refusal(of: fact, by: "a") == .known)
            }
            #expect(state.refusal(of: .settled(create: "c", predictionID: nil), by: nil) == .known)
        }
    }

    @Test("nobody settles a create that its worker is at")
    func settleRunning() {
        let running: [(take: String?, facts: [RowLogFact])] = [("a", [.taken(worker: "w1", take: "a"), intent("c")])]
        let settled = RowLogFact.settled(create: "c", predictionID: "p-9")
        #expect(state(running).refusal(of: settled, by: nil) == .running)
        let doubtful = state(running + [("a", [.inDoubt(create: "c", problem: "no answer")]), (nil, [settled])])
        #expect(doubtful.create("c")?.prediction?.id == "p-9")
        #expect(doubtful.refusal(of: settled, by: nil) == .known)
    }

    @Test("a further try of a create is the newest of all")
    func furtherTry() {
        let state = state([
            ("a", [.taken(worker: "w1", take: "a"), intent("c"), intent("d", "create 2"), .withdrawn(create: "c")]),
            ("a", [intent("c")]),
        ])
        #expect(state.creates.map(\.intent.create) == ["d", "c"])
        #expect(state.create("d")?.number == 2)
        #expect(state.create("c")?.number == 3)
    }

    @Test("entries are read back as they were written")
    func encoding() throws {
        let facts: [RowLogFact] = [
            .taken(worker: "w", take: "a"), .released(reason: "r"), intent("c"), .withdrawn(create: "c"),
            .created(create: "c", record: Self.record), .inDoubt(create: "c", problem: "p"),
            .ended(create: "c", state: "stopped", record: Self.record), .value(name: "v", value: ["x": .null]),
            .settled(create: "c", predictionID: nil), .settled(create: "c", predictionID: "p-1"),
            .result(generation: 2, result: ["state": "failed"]), .again(generation: 3),
        ]
        let entry = RowLogEntry(token: "t", take: "a", time: 1.5, facts: facts)
        #expect(try RowLogEntry(NumberedEntry(number: 1, payload: entry.encoded())) == entry)
    }

    @Test(
        "what is no entry, or of a newer version, is refused",
        arguments: [
            "", "[]", #"{"token":"t"}"#, #"{"token":"t","facts":[{"fact":"unheard"}]}"#,
            #"{"token":"t","facts":[{"fact":"created","create":"c","record":{}}]}"#,
        ])
    func unreadable(text: String) {
        #expect(throws: SpeedPixError.self) { try RowLogEntry(NumberedEntry(number: 1, payload: Array(text.utf8))) }
    }
}
