import Testing

@testable import SpeedPixQueue

@Suite("What is known of a batch that is followed")
struct FollowedBatchTests {
    @Test("It is complete once every row has a result, each of which counts once")
    func complete() {
        var batch = FollowedBatch(count: 2)
        func end(_ index: Int, generation: Int) -> FollowedBatch.Change { batch.end(index, generation: generation) }
        #expect(end(1, generation: 1) == .new)
        #expect(end(1, generation: 1) == .known)
        #expect(!batch.isComplete)
        #expect(batch.missing == [0])
        #expect(end(0, generation: 1) == .new)
        #expect(batch.isComplete)
    }

    @Test("A row that is opened again has no result until that of its new generation comes")
    func reopened() {
        var batch = FollowedBatch(count: 1)
        func end(_ index: Int, generation: Int) -> FollowedBatch.Change { batch.end(index, generation: generation) }
        func open(_ index: Int, generation: Int) -> Bool { batch.open(index, generation: generation) }
        _ = end(0, generation: 1)
        #expect(open(0, generation: 2))
        #expect(!batch.isComplete)
        #expect(batch.generation(0) == 2)
        #expect(end(0, generation: 1) == .older)
        #expect(end(0, generation: 2) == .new)
        #expect(batch.isComplete)
    }

    @Test("A result may come before it is known that its row was opened again")
    func resultFirst() {
        var batch = FollowedBatch(count: 1)
        func end(_ index: Int, generation: Int) -> FollowedBatch.Change { batch.end(index, generation: generation) }
        func open(_ index: Int, generation: Int) -> Bool { batch.open(index, generation: generation) }
        _ = end(0, generation: 1)
        #expect(end(0, generation: 2) == .new)
        #expect(batch.endedCount == 1)
        #expect(!open(0, generation: 2))
        #expect(batch.isComplete)
    }

    @Test("Rows are lost that nobody has and that have no result for as long as the patience lasts")
    func missing() {
        var watch = MissingRows(patience: .seconds(10))
        func isLost(_ seconds: Int, isIdle: Bool = true, missing: Int = 1, changes: Int = 0) -> Bool {
            watch.isLost(isIdle: isIdle, missing: missing, changes: changes, at: .seconds(seconds))
        }
        #expect(!isLost(0))
        #expect(!isLost(9))
        #expect(isLost(10))
        #expect(!isLost(19))  // handed out at 10
        #expect(!isLost(20, changes: 1))
        #expect(!isLost(29, changes: 1))
        #expect(!isLost(30, isIdle: false, changes: 1))
        #expect(!isLost(31, changes: 1))
        #expect(!isLost(40, missing: 0, changes: 1))
        #expect(!isLost(60, changes: 1))
    }
}
