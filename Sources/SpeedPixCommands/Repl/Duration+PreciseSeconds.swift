extension Duration {
    /// "0.123": a person notices no less than a millisecond.
    var preciseSeconds: String {
        let milliseconds = Int64((self / .milliseconds(1)).rounded())
        let rest = "\(milliseconds % 1000)"
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
