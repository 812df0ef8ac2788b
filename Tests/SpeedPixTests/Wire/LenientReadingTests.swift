import SpeedPix
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Lenient readings")
struct LenientReadingTests {
    @Test("lenientInteger and lenientDouble read numbers from text")
    func numbersMayBeText() {
        #expect(JSONValue.string("12").lenientInteger == 12)
        #expect(JSONValue.double(12).lenientInteger == 12)
        #expect(JSONValue.double(12.5).lenientInteger == nil)
        #expect(JSONValue.string("0.25").lenientDouble == 0.25)
        #expect(JSONValue.string("twelve").lenientDouble == nil)
        #expect(JSONValue.double(1e300).lenientInteger == nil)
    }

    @Test("lenientDouble is nil for infinity and NaN", arguments: ["nan", "inf", "-infinity"])
    func numbersAreFinite(_ text: String) {
        #expect(JSONValue.string(text).lenientDouble == nil)
    }

    @Test("lenientString is nil for empty text and objects, and the digits of a number")
    func emptyTextIsAbsent() {
        #expect(JSONValue.string("").lenientString == nil)
        #expect(JSONValue.integer(7).lenientString == "7")
        #expect(JSONValue.object([:]).lenientString == nil)
    }

    @Test(
        "lenientDate reads seconds, milliseconds and ISO 8601",
        arguments: [
            (JSONValue.integer(1_700_000_000), 1_700_000_000.0), (.integer(1_700_000_000_000), 1_700_000_000),
            (.string("1700000000"), 1_700_000_000), (.string("2023-11-14T22:13:20Z"), 1_700_000_000),
            (.string("2023-11-14T22:13:20.250Z"), 1_700_000_000.25),
            (.string("2023-11-15T06:13:20+08:00"), 1_700_000_000),
        ])
    func dates(value: JSONValue, seconds: Double) {
        #expect(value.lenientDate?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "lenientDate is nil for anything else",
        arguments: [
            JSONValue.string("tomorrow"), .string(""), .integer(0), .integer(-5), .null, .double(1e300),
            .integer(253_402_300_800_000),
            .string("99999999999999999999"),
        ])
    func invalidDates(_ value: JSONValue) {
        #expect(value.lenientDate == nil)
    }

    @Test("first returns the value of the first key that has one")
    func firstSpelling() {
        let value: JSONValue = ["task_id": "a", "taskId": nil]
        #expect(value.first("taskId", "task_id") == "a")
        #expect(value.first("id") == nil)
    }
}
