import Synchronization

/// A terminal as far as a display needs one: a screen with a cursor, and what has scrolled off it.
///
/// It knows what `ScreenRegion` sends, and fails on anything else.
struct TestTerminal {
    let columns: Int
    let rows: Int
    private(set) var scrolledOff: [String] = []
    private var screen: [[Character]]
    private var row = 0
    private var column = 0
    private var saved = (row: 0, column: 0)
    /// Sequences that it does not know.
    private(set) var unknown: [String] = []

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        screen = Array(repeating: [], count: rows)
    }

    /// Everything, from the first line that scrolled off to the last one on the screen that is not empty.
    var lines: [String] {
        var lines = scrolledOff + screen.map { Self.trimmed($0) }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    mutating func write(_ bytes: [UInt8]) {
        var rest = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n":  // With the carriage return that a terminal's line discipline adds.
                column = 0
                down()
            case "\u{1B}": escape(&rest)
            default: put(Character(scalar))
            }
        }
    }

    private mutating func escape(_ rest: inout ArraySlice<Unicode.Scalar>) {
        switch rest.popFirst() {
        case "D": down()
        case "7": saved = (row, column)
        case "8": (row, column) = saved
        case "[":
            var number = ""
            while let next = rest.first, next.properties.numericType != nil || next == ";" {
                number.unicodeScalars.append(next)
                rest.removeFirst()
            }
            let final = rest.popFirst()
            switch final {
            case "A": row = max(row - (Int(number) ?? 1), 0)
            case "B": row = min(row + (Int(number) ?? 1), rows - 1)
            case "K": screen[row] = Array(screen[row].prefix(column))
            case "J":
                screen[row] = Array(screen[row].prefix(column))
                for below in screen.indices where below > row { screen[below] = [] }
            case "m": break
            default: unknown.append("CSI \(number)\(final.map(String.init) ?? "")")
            }
        case let other: unknown.append("ESC \(other.map(String.init) ?? "")")
        }
    }

    private mutating func put(_ character: Character) {
        if column == columns {
            column = 0
            down()
        }
        while screen[row].count <= column { screen[row].append(" ") }
        screen[row][column] = character
        column += 1
    }

    private mutating func down() {
        if row < rows - 1 {
            row += 1
        } else {
            scrolledOff.append(Self.trimmed(screen.removeFirst()))
            screen.append([])
        }
    }

    private static func trimmed(_ cells: [Character]) -> String {
        var cells = cells
        while cells.last == " " { cells.removeLast() }
        return String(cells)
    }
}

/// The terminal behind both streams of a command.
final class TerminalCapture: Sendable {
    private let state: Mutex<TestTerminal>

    init(columns: Int, rows: Int) {
        state = Mutex(TestTerminal(columns: columns, rows: rows))
    }

    @Sendable func write(_ bytes: [UInt8]) { state.withLock { $0.write(bytes) } }
    var terminal: TestTerminal { state.withLock { $0 } }
}
