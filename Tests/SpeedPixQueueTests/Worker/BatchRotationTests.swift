import SpeedPixQueue
import Testing

@Suite("The rotation of a worker's batches")
struct BatchRotationTests {
    private func name(_ text: String) throws -> BatchName { try #require(BatchName(text)) }

    @Test("Without a batch there is nothing to ask")
    func empty() {
        var rotation = BatchRotation()
        #expect(rotation.next(at: .zero) == .wait(until: nil))
    }

    @Test("At the only batch it waits long, and asks again at once")
    func one() throws {
        let a = try name("a")
        var rotation = BatchRotation()
        rotation.add(a)
        rotation.add(a)
        #expect(rotation.names == [a])
        for second in [0, 5, 10] {
            let ask = BatchRotation.Turn.ask(a, patience: BatchRotation.longPatience, isIdle: false)
            #expect(rotation.next(at: .seconds(second)) == ask)
            rotation.note(a, hadRows: false, hasWaited: true, at: .seconds(second))
        }
    }

    @Test("The only batch that is not waited at has a pause after it had no rows")
    func oneWithoutWaiting() throws {
        let a = try name("a")
        var rotation = BatchRotation()
        rotation.add(a)
        rotation.note(a, hadRows: false, at: .seconds(1))
        guard case .wait(let until?) = rotation.next(at: .seconds(1)) else {
            Issue.record("it asks again at once")
            return
        }
        #expect(until > .seconds(1))
        #expect(until <= .seconds(6))
    }

    @Test("Several batches take turns, and are waited for briefly")
    func several() throws {
        let (a, b, c) = (try name("a"), try name("b"), try name("c"))
        var rotation = BatchRotation()
        for name in [a, b, c] { rotation.add(name) }
        var asked: [BatchName] = []
        for _ in 0..<6 {
            guard case .ask(let name, let patience, let isIdle) = rotation.next(at: .zero) else { continue }
            #expect(patience == BatchRotation.shortPatience)
            #expect(!isIdle)
            asked.append(name)
            rotation.note(name, hadRows: true, at: .zero)
        }
        #expect(asked == [a, b, c, a, b, c])
    }

    @Test("Batches without rows are asked less often, and no less than every 5 seconds")
    func idle() throws {
        let (a, b) = (try name("a"), try name("b"))
        var rotation = BatchRotation()
        rotation.add(a)
        rotation.add(b)
        var time: Duration = .zero
        var times: [Duration] = []
        while times.count < 12 {
            switch rotation.next(at: time) {
            case .ask(let name, _, let isIdle):
                if name == b {
                    #expect(isIdle == !times.isEmpty)
                    times.append(time)
                }
                rotation.note(name, hadRows: false, at: time)
            case .wait(let until): time = try #require(until)
            }
        }
        let pauses = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(pauses == pauses.sorted())
        #expect(pauses.first == .milliseconds(250))
        #expect(pauses.last == BatchRotation.longestPause)
        rotation.note(b, hadRows: true, at: time)
        #expect(rotation.next(at: time) == .ask(b, patience: BatchRotation.shortPatience, isIdle: false))
    }

    @Test("Batches that have had no rows for a minute are asked no more, and from the start once they are added again")
    func resting() throws {
        let (a, b) = (try name("a"), try name("b"))
        var rotation = BatchRotation()
        rotation.add(a)
        rotation.add(b)
        #expect(rotation.removeResting(withRows: [a], at: .seconds(5)) == [])
        #expect(rotation.removeResting(withRows: [a, b], at: .seconds(60)) == [], "it has some again")
        #expect(rotation.removeResting(withRows: [a], at: .seconds(70)) == [])
        #expect(rotation.removeResting(withRows: [a], at: .seconds(129)) == [])
        #expect(rotation.removeResting(withRows: [a], at: .seconds(130)) == [b])
        #expect(rotation.names == [a])
        rotation.add(b)
        #expect(rotation.removeResting(withRows: [a], at: .seconds(131)) == [])
        #expect(rotation.removeResting(withRows: [], at: .seconds(190)) == [])
        #expect(rotation.removeResting(withRows: [], at: .seconds(191)) == [b])
        #expect(rotation.removeResting(withRows: [], at: .seconds(250)) == [a])
        #expect(rotation.next(at: .seconds(250)) == .wait(until: nil))
    }

    @Test("A batch that was removed, or could not be asked, lets the others have their turns")
    func removed() throws {
        let (a, b) = (try name("a"), try name("b"))
        var rotation = BatchRotation()
        rotation.add(a)
        rotation.add(b)
        rotation.noteFailure(a, at: .zero)
        #expect(rotation.next(at: .zero) == .ask(b, patience: BatchRotation.shortPatience, isIdle: false))
        rotation.remove(b)
        #expect(rotation.next(at: .zero) == .wait(until: BatchRotation.longestPause))
        guard case .ask(a, _, _) = rotation.next(at: BatchRotation.longestPause) else {
            Issue.record("it is not asked again")
            return
        }
    }
}
