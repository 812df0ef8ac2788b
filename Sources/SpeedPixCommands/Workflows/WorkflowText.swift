import SpeedPix

/// Workflows of a gateway as the command line shows them.
enum WorkflowText {
    /// A line for each: id, what stands for `main` or the latest version, its title.
    static func list(_ workflows: [JSONValue]) -> [String] {
        let rows = workflows.map { workflow in
            [text(workflow["id"]), state(workflow), text(workflow["kind"]), text(workflow["title"])]
        }
        let widths = (0..<3).map { column in rows.map { TerminalText.width($0[column]) }.max() ?? 0 }
        return rows.map { row in
            let padded = zip(row, widths).map { TerminalText.padded($0, columns: $1) }
            return (padded + row.dropFirst(widths.count)).joined(separator: "  ")
                .trimming { $0 == " " }
        }
    }

    /// All that there is to say of one.
    static func show(_ workflow: JSONValue) -> [String] {
        var lines = [
            "\(text(workflow["id"])): \(text(workflow["summary"]).isEmpty ? text(workflow["title"]) : text(workflow["summary"]))"
        ]
        if let problem = workflow["problem"] { lines.append("it cannot run: \(text(problem))") }
        let aliases = aliases(workflow)
        let history = workflow["history"]?.arrayValue ?? []
        for version in history {
            let name = text(version["version"])
            var words = ["  \(name)"]
            let standing = aliases.filter { $0.value == name }.map(\.key).sorted()
            if !standing.isEmpty { words.append("(\(standing.joined(separator: ", ")))") }
            if let problem = version["problem"] { words.append("it cannot run: \(text(problem))") }
            if let seconds = version["example_seconds"]?.lenientDouble {
                words.append("tried: \(time(seconds))")
            }
            lines.append(words.joined(separator: "  "))
        }
        lines.append("inputs of \(text(workflow["version"])):")
        lines += entries(workflow["inputs"]?.arrayValue ?? [], input)
        if let outputs = workflow["outputs"]?.arrayValue {
            lines.append("outputs:")
            lines += entries(outputs, output)
        }
        return lines
    }

    /// What would be published, or was: a line for each input and output.
    static func publication(inputs: [JSONValue], outputs: [JSONValue]) -> [String] {
        let given = ["inputs:"] + entries(inputs, input)
        // A workflow in Lua need not say what it gives.
        return outputs.isEmpty ? given : given + ["outputs:"] + entries(outputs, output)
    }

    private static func entries(_ entries: [JSONValue], _ facts: (JSONValue) -> String) -> [String] {
        guard !entries.isEmpty else { return ["  none"] }
        let width = entries.map { TerminalText.width(text($0["name"])) }.max() ?? 0
        return entries.map { "  \(TerminalText.padded(text($0["name"]), columns: width))  \(facts($0))" }
    }

    private static func input(_ input: JSONValue) -> String {
        var words = [text(input["type"])]
        switch (input["minimum"]?.lenientString, input["maximum"]?.lenientString) {
        case (let least?, let most?): words.append("\(least) to \(most)")
        case (let least?, nil): words.append("at least \(least)")
        case (nil, let most?): words.append("at most \(most)")
        case (nil, nil): break
        }
        if input["required"]?.lenientBool == true { words.append("required") }
        if let value = input["default"], let bytes = try? value.encoded() {
            words.append("default \(String(decoding: bytes, as: UTF8.self).prefix(60))".printable())
        }
        return ([words.joined(separator: ", ")] + place(input) + [text(input["help"])]).filter { !$0.isEmpty }
            .joined(separator: "  ")
    }

    private static func output(_ output: JSONValue) -> String {
        if let selector = output["selector"]?.stringValue {
            return String(selector.drop { $0 != "=" }.dropFirst()).printable()
        }
        let isArray = output["always_array"]?.lenientBool == true
        // One in Lua has no nodes.
        return (place(output).first ?? text(output["type"])) + (isArray ? "[]" : "")
    }

    private static func place(_ entry: JSONValue) -> [String] {
        guard let node = entry["node"]?.stringValue, let field = entry["field"]?.stringValue else { return [] }
        return ["\(node).\(field)".printable()]
    }

    private static func aliases(_ workflow: JSONValue) -> [String: String] {
        (workflow["aliases"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }

    /// `v3 (main)`, or the latest version where no alias stands for it.
    private static func state(_ workflow: JSONValue) -> String {
        let version = text(workflow["version"])
        let standing = aliases(workflow).filter { $0.value == version }.map(\.key).sorted()
        return (standing.isEmpty ? version : "\(version) (\(standing.joined(separator: ", ")))").printable()
    }

    /// How long a run took, as the gateway says it, which may be any number.
    static func time(_ seconds: Double) -> String {
        (0...1e9).contains(seconds) ? DurationText.short(.seconds(seconds)) : "an unknown time"
    }

    private static func text(_ value: JSONValue?) -> String { (value?.stringValue ?? "").printable() }
}
