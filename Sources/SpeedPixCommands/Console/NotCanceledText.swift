import SpeedPix

/// Why predictions that were to be canceled go on, for a person.
enum NotCanceledText {
    /// The most that are named with their reason: a network that is gone has one for all of them.
    private static let most = 10

    /// - Parameter ids: In the order in which they are listed; those that are not in `errors` were not to be canceled.
    static func lines(_ errors: [String: SpeedPixError], of ids: [String]) -> [String] {
        let refused = ids.compactMap { id in errors[id].map { (id, $0) } }
        var lines: [String] = []
        // It is the same for all of them.
        if let (_, error) = refused.first(where: { $0.1.code == .unsupported }) {
            lines.append("they could not be canceled: \(error.message)".printable())
        }
        let others = refused.filter { $0.1.code != .unsupported }
        lines += others.prefix(most).map { "\($0.0) could not be canceled: \($0.1.message)".printable() }
        if others.count > most { lines.append("and \(others.count - most) more could not be canceled") }
        return lines
    }
}
