import Synchronization

/// What one script of several prints, line by line, each with the script's label in front: a line is written as a whole.
final class LabeledOutput: Sendable {
    /// A longer line is written in parts.
    private static let longestLine = 8192

    private let prefix: [UInt8]
    private let target: @Sendable ([UInt8]) -> Void
    private let rest = Mutex<[UInt8]>([])

    /// - Parameter target: Takes whole lines, from any thread.
    init(_ label: String, to target: @escaping @Sendable ([UInt8]) -> Void) {
        prefix = Array("\(label.printable()): ".utf8)
        self.target = target
    }

    @Sendable func write(_ bytes: [UInt8]) {
        let lines = rest.withLock { rest -> [UInt8] in
            rest += bytes
            var lines: [UInt8] = []
            while let end = rest.firstIndex(of: 0x0A) {
                lines += prefix + rest[...end]
                rest.removeSubrange(...end)
            }
            if rest.count > Self.longestLine {
                lines += prefix + rest + [0x0A]
                rest = []
            }
            return lines
        }
        if !lines.isEmpty { target(lines) }
    }

    /// Writes what is left of the last line.
    func finish() {
        let isOpen = rest.withLock { !$0.isEmpty }
        if isOpen { write([0x0A]) }
    }
}
