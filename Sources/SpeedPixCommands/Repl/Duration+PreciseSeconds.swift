extension Duration {
    /// "0.123": milliseconds are what a person can tell apart.
    var preciseSeconds: String {
        let milliseconds = Int64((self / .milliseconds(1)).rounded())
        let rest = "\(milliseconds % 1000)"
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
