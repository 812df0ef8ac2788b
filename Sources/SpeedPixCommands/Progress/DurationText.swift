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

    /// What is only known roughly: `50s`, `12m`, `7h 40m`, `2d 3h`.
    static func rough(_ duration: Duration) -> String {
        let seconds = max(Int64((duration / .seconds(1)).rounded(.up)), 0)
        if seconds <= 50 { return "\(max((seconds + 9) / 10 * 10, 10))s" }
        var minutes = (seconds + 59) / 60
        if minutes < 60 { return "\(minutes)m" }
        // Ten minutes more or less of several hours say nothing.
        if minutes >= 180 { minutes = (minutes + 5) / 10 * 10 }
        let hours = minutes / 60
        if hours < 48 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h \(minutes % 60)m" }
        return hours % 24 == 0 ? "\(hours / 24)d" : "\(hours / 24)d \(hours % 24)h"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
