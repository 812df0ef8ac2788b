internal import CImaging

/// Ends picture work that is under way on another thread.
///
/// Work is done in tiles, and ends after those that are worked on. What a decoder does in one go (an interlaced PNG, a
/// WebP, a HEIF) it finishes.
///
/// `@unchecked Sendable`: what `handle` leads to is atomic, and `handle` is a constant.
public final class ImagingStop: @unchecked Sendable {
    private let handle: OpaquePointer

    /// Not set yet.
    public init() {
        guard let handle = spx_stop_new() else { fatalError("out of memory") }
        self.handle = handle
    }

    deinit { spx_stop_free(handle) }

    /// Ends what ``perform(_:)`` runs, now or later. May be called from any thread.
    public func set() { spx_stop_set(handle) }

    /// Whether ``set()`` was called.
    public var isSet: Bool { spx_stop_is_set(handle) }

    /// Runs picture work on this thread that ends when ``set()`` is called.
    ///
    /// - Throws: What `work` throws: operations of pictures throw `CancellationError` once it is set.
    public func perform<Result>(_ work: () throws -> Result) throws -> Result {
        let before = spx_stop_watch(handle)
        defer { spx_stop_watch(before) }
        return try work()
    }

    /// To be called by a thread that did picture work before it ends: libvips keeps memory for each.
    public static func endThread() { spx_thread_end() }

    /// For loops that libvips knows nothing of.
    ///
    /// - Throws: `CancellationError` if the work of this thread is to end.
    static func check() throws {
        if spx_is_stopped() { throw CancellationError() }
    }
}
