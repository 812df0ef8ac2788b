/// Waits until the content of a file that a run has read changes, or the names in a folder that it has listed. It polls: that
/// works on every file system, also on those without notifications.
struct FileWatch {
    /// Between two polls.
    static let interval: Duration = .milliseconds(250)

    let files: WatchedFiles
    let clock: any Clock<Duration>

    /// Returns when something has changed and then stayed the same for one poll: an editor may write in several steps, and
    /// a file may be gone for a moment. A file that stays away is not a reason to run again, unless its folder was listed: then
    /// there is one file less to work on.
    ///
    /// - Throws: `CancellationError`.
    func change() async throws {
        var last = files.current
        while true {
            try await clock.sleep(for: Self.interval)
            let now = files.current
            let known = files.known
            let counting = now.filter { path, version in
                version.isThere || known[path]?.isThere != true || now[path.removingLastComponent()] != nil
            }
            if now == last, files.haveChanged(counting) { return }
            last = now
        }
    }
}
