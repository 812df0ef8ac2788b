import LuaRuntime
import SpeedPixLua

/// What `:help` says without a name.
enum SessionHelp {
    /// The text in lines that fit; the rest of one that is indented stands further in.
    static func wrapped(_ text: String, width: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let leading = line.prefix { $0 == " " }.count
            let indent = String(repeating: " ", count: leading == 0 ? 0 : leading + 2)
            var lines: [String] = []
            var current: String?
            for word in line.split(separator: " ", omittingEmptySubsequences: false) {
                guard let start = current else {
                    current = String(word)
                    continue
                }
                if start.contains(where: { $0 != " " }),
                    TerminalText.visibleWidth(start) + 1 + TerminalText.visibleWidth(String(word)) > width
                {
                    lines.append(start)
                    current = indent + word
                } else {
                    current = "\(start) \(word)"
                }
            }
            return (lines + [current ?? ""]).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    static func overview(_ palette: Palette) -> String {
        let width = SessionCommand.usage.map(\.0.count).max() ?? 0
        let commands = SessionCommand.usage.map { name, text in
            "  \(palette.paint(name, .bold))\(String(repeating: " ", count: width - name.count))  \(text)\n"
        }.joined()
        let modules = ScriptReference.all.modules.map(\.name).filter { !$0.isEmpty }.sorted().joined(separator: " ")
        return """
            Type Lua. The value of an expression is shown and is _ afterwards; the last error is _error. Locals at the \
            prompt stay. Tab completes names, options and workflows. Ctrl-C stops what runs, or clears the line.

            \(commands)
            The verbs: run create wait upload, and show(file) for a look at a picture.
            Modules: \(modules)
            """
    }
}
