import ArgumentParser
import SpeedPix
import Spelling

/// An option of a command line that its command does not have.
struct UnknownOption {
    /// With the hyphens.
    let name: String
    private let known: [String]

    /// The first one; nil if there is none.
    ///
    /// - Parameter arguments: Without the program's name.
    init?(in arguments: [String], of command: any ParsableCommand.Type) {
        // Every command has these.
        var known: Set = ["--help", "-h", "--version"]
        var withValue: Set<String> = []
        let description = try? JSONValue(parsing: command._dumpHelp().utf8)
        for argument in description?["command"]?["arguments"]?.arrayValue ?? [] {
            for name in argument["names"]?.arrayValue ?? [] {
                guard let text = name["name"]?.stringValue else { continue }
                let option = (name["kind"] == "long" ? "--" : "-") + text
                known.insert(option)
                if argument["kind"] == "option" { withValue.insert(option) }
            }
        }
        var rest = arguments.prefix { $0 != "--" }[...]
        while let argument = rest.popFirst() {
            // "-1" is a number, and "-" standard input.
            guard argument.hasPrefix("-"), argument.dropFirst().first.map({ $0 == "-" || $0.isLetter }) == true else {
                continue
            }
            let option = String(argument.prefix { $0 != "=" })
            guard known.contains(option) else {
                self.name = option
                self.known = known.sorted()
                return
            }
            if option == argument, withValue.contains(option) { rest = rest.dropFirst() }
        }
        return nil
    }

    /// In the words of ArgumentParser.
    var message: String {
        let shown = String(name.prefix(80)).printable()
        return "Unknown option '\(shown)'"
            + (NearestName.suggestion(for: name, among: known).map { ". Did you mean '\($0)'?" } ?? "")
    }
}
