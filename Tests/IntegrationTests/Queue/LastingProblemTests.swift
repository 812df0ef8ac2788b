import NATS
import SpeedPixQueue
import Testing

@testable import SpeedPixCommands

@Suite("What is said of a queue with which something is wrong")
struct LastingProblemTests {
    @Test("LastingProblem: one that lasts is said once, whatever its words, and so is another one")
    func begins() {
        var problem = LastingProblem()
        let errors: [any Error] = [
            NATSError(.notFound, "no stream a"), NATSError(.notFound, "no stream b"), NATSError(.refused(1), "no"),
            NATSError(.refused(2), "no"), QueueError(.malformed, "no"), QueueError(.malformed, "nothing"),
            CancellationError(), CancellationError(), NATSError(.notFound, "no stream a"),
        ]
        let said = errors.map { problem.begins($0) }
        #expect(said == [true, false, true, true, true, false, true, false, true])
    }

    @Test("LastingProblem: its end is said once, and then it is said again")
    func ends() {
        var problem = LastingProblem()
        let error = NATSError(.notFound, "no stream")
        let said = [
            problem.ends(), problem.begins(error), problem.ends(), problem.ends(), problem.begins(error),
            problem.begins(error), problem.ends(),
        ]
        #expect(said == [false, true, true, false, true, false, true])
    }

    @Test("ConnectionNotices: what the server complains of is said once for each connection, and each loss of it")
    func notices() {
        var notices = ConnectionNotices()
        let refused = NATSState.problem(NATSError(.permission, "not for you", remedy: "ask"))
        let states: [NATSState] = [
            .connected(server: "a"), refused, refused, .problem(NATSError(.permission, "nor this")), refused,
            .disconnected(reason: nil), .disconnected(reason: "gone"), refused, .connected(server: "b"), refused,
            refused,
            .closed(reason: "no more"), .closed(reason: nil),
        ]
        let said = states.compactMap { notices.text($0) }
        #expect(
            said == [
                "NATS: not for you; ask", "NATS: nor this", "NATS: the connection is lost; trying again",
                "NATS: the connection is lost (gone); trying again", "NATS: not for you; ask",
                "NATS: the connection is closed for good: no more",
            ])
    }

    @Test("ConnectionNotices: complaints without end do not fill the memory")
    func bounded() {
        var notices = ConnectionNotices()
        let said = (0..<5000).compactMap { notices.text(.problem(NATSError(.permission, "no \($0)"))) }
        #expect(said.count == 5000)
        // The first ones are not known any more.
        let again = notices.text(.problem(NATSError(.permission, "no 0")))
        #expect(again != nil)
    }
}
