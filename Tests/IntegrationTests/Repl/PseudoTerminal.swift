import Foundation
import Testing

/// A terminal that a test types at and looks at.
final class PseudoTerminal {
    private var main: Int32 = -1
    private var line: Int32 = -1
    /// What has come and was not expected yet.
    private var seen: [UInt8] = []
    /// Whether the program wants to be told what is pasted.
    private(set) var isMarkingPastes = false

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init(columns: UInt16, rows: UInt16) throws {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&main, &line, nil, nil, &size) == 0 else { throw Failure(description: "no terminal") }
    }

    deinit {
        close(main)
        close(line)
    }

    func start(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ["HOME": folder, "TERM": "xterm-256color", "PATH": "/usr/bin:/bin", "NO_COLOR": "1"]
            .merging(environment) { $1 }
        let handle = FileHandle(fileDescriptor: line)
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        return process
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(main, bytes, bytes.count)
    }

    /// As a terminal does it when somebody pastes.
    func paste(_ text: String) {
        let plain = text.replacing("\n", with: "\r")
        type(isMarkingPastes ? "\u{1B}[200~\(plain)\u{1B}[201~" : plain)
    }

    /// Waits until the text has been shown, and forgets what was shown up to there.
    ///
    /// - Returns: What was shown before it.
    @discardableResult
    func expect(_ text: String) throws -> String {
        let wanted = Array(text.utf8)
        while true {
            if let range = Data(seen).firstRange(of: wanted) {
                defer { seen.removeFirst(range.upperBound) }
                return String(decoding: seen[..<range.lowerBound], as: UTF8.self)
            }
            // Only a test that has failed already waits for so long.
            guard readMore(patience: 60_000) else { throw missing(text) }
        }
    }

    /// Takes what a program that has ended has shown last.
    func readRest() {
        while readMore(patience: 0) {}
    }

    private func readMore(patience: Int32) -> Bool {
        var ready = pollfd(fd: main, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, patience) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(main, &buffer, buffer.count)
        guard count > 0 else { return false }
        seen += buffer[..<count]
        takeMarks()
        return true
    }

    /// What switches the marks takes no room on the screen, and no test looks for it there.
    private func takeMarks() {
        while let range = Data(seen).firstRange(of: Array("\u{1B}[?2004".utf8)), range.upperBound < seen.count {
            isMarkingPastes = seen[range.upperBound] == UInt8(ascii: "h")
            seen.removeSubrange(range.lowerBound...range.upperBound)
        }
    }

    private func missing(_ text: String) -> Failure {
        Failure(
            description:
                "\(text.debugDescription) did not come; instead: \(String(decoding: seen, as: UTF8.self).debugDescription)"
        )
    }

    /// Whether it edits lines itself, and echoes.
    var isCooked: Bool {
        var attributes = termios()
        tcgetattr(line, &attributes)
        return attributes.c_lflag & tcflag_t(ICANON) != 0 && attributes.c_lflag & tcflag_t(ECHO) != 0
    }
}
