/// Colours of a session, or none.
struct Palette: Sendable {
    enum Color: String {
        case dim = "2"
        case bold = "1"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case magenta = "35"
        case cyan = "36"
    }

    var isOn: Bool

    /// On a terminal that has colours, unless the user has turned them off (no-color.org).
    init(_ context: CommandContext) {
        let term = context.environment["TERM"] ?? ""
        isOn =
            context.outputTerminal() != nil && (context.environment["NO_COLOR"] ?? "").isEmpty && !term.isEmpty
            && term != "dumb"
    }

    init(isOn: Bool) {
        self.isOn = isOn
    }

    func paint(_ text: String, _ color: Color) -> String {
        isOn ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The same for a prompt: what takes no room stands between two bytes 1, see `slt_read`.
    func paintPrompt(_ text: String, _ color: Color) -> String {
        isOn ? "\u{1}\u{1B}[\(color.rawValue)m\u{1}\(text)\u{1}\u{1B}[0m\u{1} " : "\(text) "
    }
}
