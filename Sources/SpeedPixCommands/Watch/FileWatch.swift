/// Waits until one of the files that a run has read changes, by polling: that works on every file system, also on those
/// that send no notifications.
struct FileWatch {
    /// How often it looks.
    static let interval: Duration = .milliseconds(250)

    let files: WatchedFiles
    let clock: any Clock<Duration>

    /// Returns when something has changed and then stood still for one look: an editor may write in several steps, and
    /// a file may be gone for a moment. A file that stays away is not a reason to run again.
    ///
    /// - Throws: `CancellationError`.
    func change() async throws {
        let known = files.known
        var last = files.current
        while true {
            try await clock.sleep(for: Self.interval)
            let now = files.current
            if now != known, now == last, now.allSatisfy({ $0.value.isThere || known[$0.key]?.isThere != true }) {
                return
            }
            last = now
        }
    }
}
