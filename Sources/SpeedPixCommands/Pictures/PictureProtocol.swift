import ArgumentParser

/// How a terminal takes pictures.
enum PictureProtocol: String, CaseIterable, ExpressibleByArgument {
    /// Of kitty, Ghostty, WezTerm and Konsole: PNG in a graphics command.
    case kitty
    /// Of iTerm2 and those that follow it.
    case iterm
    /// Of DEC's VT340 and many since: stripes of six pixels.
    case sixel
    /// Characters that are half ink and half paper, each a pixel: every terminal with colours.
    case blocks
    case none

    /// Variable that decides it where the terminal is not recognised.
    static let variable = "SPEEDPIX_PICTURES"

    /// What the environment says of the terminal. Nothing is asked of the terminal itself: one that does not answer would
    /// hold everything up, and one that answers late types into the next line.
    static func detect(_ environment: [String: String]) -> PictureProtocol {
        func value(_ name: String) -> String { environment[name] ?? "" }
        if let chosen = PictureProtocol(rawValue: value(variable)) { return chosen }
        let term = value("TERM")
        guard !term.isEmpty, term != "dumb" else { return .none }
        // A multiplexer keeps the variables of the terminal around it, and does not hand its pictures on.
        if !value("TMUX").isEmpty || term.hasPrefix("tmux") || term.hasPrefix("screen") { return .blocks }
        let program = value("TERM_PROGRAM")
        if !value("KITTY_WINDOW_ID").isEmpty || ["xterm-kitty", "xterm-ghostty"].contains(term) { return .kitty }
        if ["ghostty", "WezTerm"].contains(program) { return .kitty }
        if program == "iTerm.app" || value("LC_TERMINAL") == "iTerm2" { return .iterm }
        if ["foot", "mlterm", "yaft", "contour"].contains(where: term.hasPrefix) || term.contains("sixel") {
            return .sixel
        }
        return .blocks
    }
}
