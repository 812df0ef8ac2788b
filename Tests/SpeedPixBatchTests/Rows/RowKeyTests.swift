import SpeedPixBatch
import Testing

@Suite("RowKey")
struct RowKeyTests {
    @Test("RowKey: the second of two equal rows has its number")
    func description() {
        #expect(RowKey("A-014").description == "A-014")
        #expect(RowKey("A-014", occurrence: 2).description == "A-014#2")
    }
}
