import Foundation
import SpeedPixJournal
import Testing

@testable import SpeedPixCommands

@Suite("The text about a run")
struct RunTextTests {
    @Test("RunText.line has the time of day of the zone that it is given", arguments: [(0, "14:00"), (8, "22:00")])
    func zone(hours: Int, time: String) throws {
        // 2024-11-21 14:00:00 UTC.
        let folder = try TestFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try JournalStore(folder: folder.path + "/journal", now: { 1_732_197_600 })
        let journal = try store.begin(
            RunDescription(script: "/s.lua", folder: "/", endpoint: "https://service.test", appKey: "key"), seed: 1)
        let zone = try #require(TimeZone(secondsFromGMT: hours * 3600))
        let line = RunText.line(try store.run(journal.run), in: zone)
        #expect(line.hasPrefix("\(journal.run): s.lua, 2024-11-21 \(time), "), "\(line)")
    }
}
