/// A piece of source text.
public struct LuaChunk: Sendable {
    /// UTF-8 text, or any bytes; bytecode is refused.
    public var source: [UInt8]
    /// As messages show it, such as the path of the file.
    public var name: String

    /// Source as it was read from a file. A first line that starts with `#` is emptied, for scripts with a shebang.
    public init(_ source: some Sequence<UInt8>, name: String) {
        self.source = Array(source)
        self.name = name
        // Windows editors begin UTF-8 with a mark that Lua's own loader skips, too.
        if self.source.starts(with: [0xEF, 0xBB, 0xBF]) { self.source.removeFirst(3) }
        // The shell runs `#!/usr/bin/env speedpix run` scripts; to Lua the line is an error. The line break stays.
        if self.source.starts(with: [UInt8(ascii: "#")]) {
            let end = self.source.firstIndex(of: UInt8(ascii: "\n")) ?? self.source.endIndex
            self.source.removeSubrange(..<end)
        }
    }

    /// Source that is text already, with the same rule for a first line that starts with `#`.
    public init(_ source: String, name: String) {
        self.init(source.utf8, name: name)
    }

    /// The text of a line, counted from 1.
    public func line(_ number: Int) -> String? {
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard number >= 1, number <= lines.count else { return nil }
        return String(decoding: lines[number - 1], as: UTF8.self)
    }
}
