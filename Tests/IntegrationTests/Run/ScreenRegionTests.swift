import Testing

@testable import SpeedPixCommands

@Suite("The screen region below the output")
struct ScreenRegionTests {
    /// A program that writes to a terminal with a region below.
    private struct Session {
        var region = ScreenRegion()
        var terminal: TestTerminal

        init(columns: Int = 40, rows: Int = 8) {
            terminal = TestTerminal(columns: columns, rows: rows)
        }

        mutating func draw(_ lines: [String]) { terminal.write(region.draw(lines)) }
        mutating func clear() { terminal.write(region.clear()) }
        mutating func print(_ text: String, redraws: Bool = true) {
            terminal.write(region.lift())
            terminal.write(Array(text.utf8))
            region.note(output: Array(text.utf8))
            if redraws { terminal.write(region.redraw()) }
        }
    }

    @Test("A screen region keeps its lines below the output")
    func outputStaysAboveTheLines() {
        var session = Session()
        session.draw(["header", "row"])
        session.print("one\n")
        #expect(session.terminal.lines == ["one", "header", "row"])
        session.draw(["header 2"])
        session.print("two\n")
        #expect(session.terminal.lines == ["one", "two", "header 2"])
        session.clear()
        #expect(session.terminal.lines == ["one", "two"])
        session.print("three\n")
        #expect(session.terminal.lines == ["one", "two", "three"])
        #expect(session.terminal.unknown.isEmpty)
    }

    @Test("A screen region lets an unfinished line of output continue")
    func anUnfinishedLineGoesOnWhereItStopped() {
        var session = Session()
        session.print("working: ")
        session.draw(["header", "row"])
        for part in ["1 ", "2 ", "3"] {
            session.print(part)
            session.draw(["header \(part)"])
        }
        #expect(session.terminal.lines == ["working: 1 2 3", "header 3"])
        session.print("\nnext\n", redraws: false)
        #expect(session.terminal.lines == ["working: 1 2 3", "next"])
        session.clear()
        #expect(session.terminal.lines == ["working: 1 2 3", "next"])
    }

    @Test("A screen region loses no output when the screen scrolls")
    func nothingIsLostWhenTheScreenScrolls() {
        var session = Session(rows: 6)
        let lines = (1...30).map { "line \($0)" }
        for (index, line) in lines.enumerated() {
            session.draw(["header \(index)"] + (0..<index % 5).map { "row \($0)" })
            session.print(line + "\n", redraws: index % 3 == 0)
        }
        session.clear()
        #expect(session.terminal.lines == lines)
    }

    @Test("A screen region loses no output when unfinished lines scroll")
    func nothingIsLostWhenUnfinishedLinesScroll() {
        var session = Session(rows: 5)
        for number in 1...20 {
            session.print("line \(number)")
            session.draw(["a", "b", "c", "d"].dropLast(number % 3))
            session.print(" end\n")
            session.draw(["a", "b \(number)"])
        }
        session.clear()
        #expect(session.terminal.lines == (1...20).map { "line \($0) end" })
    }

    @Test("A screen region sends unchanged lines once")
    func theSameLinesAreSentOnce() {
        var region = ScreenRegion()
        #expect(!region.draw(["a"]).isEmpty)
        #expect(region.draw(["a"]).isEmpty)
        #expect(!region.draw(["b"]).isEmpty)
        #expect(!region.clear().isEmpty)
        #expect(region.clear().isEmpty && region.lift().isEmpty && region.redraw().isEmpty)
    }
}
