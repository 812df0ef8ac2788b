import SpeedPixQueue
import Testing

@Suite("The slots of a worker's rows")
struct RowSlotsTests {
    @Test("What is free is told, and who waits goes on when one is given back")
    func gives() async {
        let slots = RowSlots(2)
        #expect(await slots.untilFree() == 2)
        #expect(slots.take())
        #expect(await slots.untilFree() == 1)
        #expect(slots.take())
        async let free = slots.untilFree()
        slots.giveBack()
        #expect(await free == 1)
    }

    @Test("Once they are closed none is free, also for who waits")
    func closes() async {
        let slots = RowSlots(1)
        #expect(slots.take())
        async let free = slots.untilFree()
        slots.close()
        #expect(await free == 0)
        slots.giveBack()
        #expect(await slots.untilFree() == 0)
    }

    @Test("A row that was handed out before they were closed does not begin after it")
    func closesForRowsAtHand() async {
        let slots = RowSlots(2)
        #expect(await slots.untilFree() == 2)
        #expect(slots.take())
        slots.close()
        #expect(!slots.take())
    }
}
