import Synchronization

/// The files that a script has read, as they were then.
final class WatchedFiles: Sendable {
    @Sendable func noteRead(_ path: String) {}
    @Sendable func noteWrite(_ path: String) {}
}
