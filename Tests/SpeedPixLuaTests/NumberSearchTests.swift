import Testing

@testable import SpeedPixLua

@Suite("NumberSearch")
struct NumberSearchTests {
    @Test("The first free number follows the taken ones", arguments: [0, 1, 2, 15, 16, 17, 31, 32, 33, 20_000])
    func first(taken: Int) {
        #expect(NumberSearch.first { $0 > taken } == taken + 1)
    }

    @Test("It may begin behind numbers that do not count", arguments: [(5, 0), (5, 7), (5, 21), (5, 22), (17, 20_000)])
    func start(first: Int, taken: Int) async {
        let expected = max(first, taken + 1)
        #expect(NumberSearch.first(from: first) { $0 > taken } == expected)
        #expect(await NumberSearch.firstAwaited(from: first) { $0 > taken } == expected)
    }

    @Test("A gap among the first is used, and one far behind may be passed over, with a number that is free")
    func gaps() {
        #expect(NumberSearch.first { $0 == 3 || $0 > 10 } == 3)
        let number = NumberSearch.first { $0 == 40 || $0 > 100 }
        #expect(number == 40 || number > 100)
    }

    @Test("What is asked grows with the logarithm of what is taken")
    func count() {
        var asked = 0
        _ = NumberSearch.first {
            asked += 1
            return $0 > 1_000_000
        }
        #expect(asked < 60)
    }
}
