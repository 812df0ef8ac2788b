/// Durations as people read them.
enum DurationText {
    /// `0:07`, `12:34`, `1:02:03`.
    static func clock(_ duration: Duration) -> String {
        let seconds = max(duration.components.seconds, 0)
        let (minutes, rest) = (seconds / 60, two(seconds % 60))
        return minutes < 60 ? "\(minutes):\(rest)" : "\(minutes / 60):\(two(minutes % 60)):\(rest)"
    }

    /// `0.4 s`, `12 s`, else as ``clock(_:)``.
    static func short(_ duration: Duration) -> String {
        let seconds = max(duration / .seconds(1), 0)
        if seconds < 9.95 { return "\((seconds * 10).rounded() / 10) s" }
        return seconds < 59.5 ? "\(Int(seconds.rounded())) s" : clock(duration)
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
