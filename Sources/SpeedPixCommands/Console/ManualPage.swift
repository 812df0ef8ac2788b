import ArgumentParser
import SpeedPix

/// The manual page, made of what the commands say of themselves: it cannot miss one.
struct ManualPage {
    private let root: JSONValue

    init() throws {
        let description = try JSONValue(parsing: RootCommand._dumpHelp().utf8)
        root = description["command"] ?? .null
    }

    /// The page in the notation of `man` (roff).
    var text: String {
        var page = """
            .TH SPEEDPIX 1 "" "speedpix \(SpeedPixVersion.current)" "User Commands"
            .SH NAME
            speedpix \\- \(Self.escaped(root["abstract"]?.stringValue ?? ""))
            .SH SYNOPSIS
            .B speedpix
            .I COMMAND
            [options]
            .SH DESCRIPTION
            \(Self.verbatim(root["discussion"]?.stringValue))
            .SH COMMANDS

            """
        page += commands(of: root, "speedpix")
        page += Self.settings + Self.statuses
        return page
    }

    private func commands(of command: JSONValue, _ name: String) -> String {
        var text = ""
        for subcommand in command["subcommands"]?.arrayValue ?? [] where Self.isShown(subcommand) {
            guard let own = subcommand["commandName"]?.stringValue, own != "help" else { continue }
            let full = "\(name) \(own)"
            text += ".SS \"\(Self.escaped(full + Self.positionals(subcommand)))\"\n"
            text += Self.escaped(subcommand["abstract"]?.stringValue ?? "") + "\n"
            text += Self.verbatim(subcommand["discussion"]?.stringValue) + "\n"
            for argument in subcommand["arguments"]?.arrayValue ?? [] where Self.isShown(argument) {
                text += Self.option(argument)
            }
            text += commands(of: subcommand, full)
        }
        return text
    }

    private static func isShown(_ value: JSONValue) -> Bool { value["shouldDisplay"] != false }

    private static func positionals(_ command: JSONValue) -> String {
        (command["arguments"]?.arrayValue ?? []).filter { $0["kind"] == "positional" && isShown($0) }
            .compactMap { $0["valueName"]?.stringValue.map { " \($0)" } }.joined()
    }

    private static func option(_ argument: JSONValue) -> String {
        let names = (argument["names"]?.arrayValue ?? []).compactMap { name -> String? in
            guard let text = name["name"]?.stringValue else { return nil }
            return (name["kind"] == "long" ? "--" : "-") + text
        }
        // Every command has these two.
        if names == ["--version"] || names.contains("--help") { return "" }
        var head = names.joined(separator: ", ")
        if argument["kind"] != "flag", let value = argument["valueName"]?.stringValue {
            head += head.isEmpty ? value : " \(value)"
        }
        return ".TP\n.B \(escaped(head))\n\(escaped(argument["abstract"]?.stringValue ?? ""))\n"
    }

    private static var settings: String {
        var text = """
            .SH SETTINGS
            Flags come first, then variables of the environment, then \(escaped(SettingsFile.name)) beside the script or in
            the working folder, then \(escaped("~/.config/speedpix/speedpix.toml")) (or below XDG_CONFIG_HOME), then
            defaults. Tables [profiles.NAME] hold values that count with \\-\\-profile NAME.

            """
        for setting in Setting.allCases {
            text += ".TP\n.B \(escaped(setting.key)), \(escaped(setting.variable))\n\(escaped(setting.summary))\n"
        }
        return text
    }

    private static let statuses = """
        .SH EXIT STATUS
        \(ExitStatus.summary).

        """

    /// As it stands, line for line.
    private static func verbatim(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "" }
        return ".PP\n.nf\n"
            + text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
            .joined(separator: "\n") + "\n.fi\n.PP"
    }

    /// Text that means nothing to roff.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&\(plain)" : plain
    }
}
