import SpeedPixBatch
import SpeedPixLua
import SystemPackage
import Testing

@testable import SpeedPixCommands

@Suite("Names of the files of a batch")
struct BatchNamesTests {
    private let path: FilePath = "/out/a.png"

    @Test(
        "A name is one row's until what was saved under it is gone, and no other row's by on_conflict = \"replace\" alone"
    )
    func taken() throws {
        let names = BatchNames(nil)
        let (first, second) = (names.names(of: RowKey("A")), names.names(of: RowKey("B")))
        #expect(try first.take(path, for: "a.png of p-1", replaces: false, isGone: { true }) == nil)
        // About to be saved: that there is no file yet does not make it free.
        #expect(try second.owner(of: path, isGone: { true }) == "a.png of p-1 of the row A")
        first.noteSaved(path)
        #expect(try second.take(path, for: "b", replaces: false, isGone: { false }) == "a.png of p-1 of the row A")
        #expect(try first.owner(of: path, isGone: { false }) == nil)
        #expect(names.saved(by: RowKey("A")) == [path.bytes: "a.png of p-1"])
        #expect(try second.take(path, for: "b", replaces: true, isGone: { false }) == nil)
        second.noteSaved(path)
        #expect(try first.take(path, for: "c", replaces: false, isGone: { true }) == nil)
    }

    @Test("A name that could not be saved under is given back")
    func givenBack() throws {
        let names = BatchNames(nil)
        let (first, second) = (names.names(of: RowKey("A")), names.names(of: RowKey("B")))
        _ = try first.take(path, for: "a", replaces: false, isGone: { true })
        first.giveBack(path)
        #expect(try second.owner(of: path, isGone: { true }) == nil && names.saved(by: RowKey("A")).isEmpty)
    }
}
