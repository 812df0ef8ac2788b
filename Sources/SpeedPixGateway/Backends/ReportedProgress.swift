import NIOCore
import Synchronization

/// A picture of how far a run is: the newest one only, in memory.
struct ReportedPreview: Sendable, Equatable {
    let bytes: ByteBuffer
    /// What the bytes are, such as `image/jpeg`.
    let mediaType: String
    /// Counted from 1: another one is another picture.
    let number: Int
}

/// The progress of one run: written by the backend, read by the calls that ask for it.
final class ReportedProgress: Sendable {
    struct Value: Sendable, Equatable {
        var fraction = 0.0
        var step: String?
        var number: Int?
        var total: Int?
        /// How many runs begin before this one; nil for one that has begun. A backend may have a queue of its own.
        var ahead: Int?
        /// How long it has waited in the backend's queue, of all the time since it left the gateway's.
        var waited: Duration = .zero
        var preview: ReportedPreview?
    }

    private struct State: Sendable {
        var value = Value()
        var previews = 0
        var isCanceled = false
        var onWaitingChange: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var current: Value {
        state.withLock { $0.value }
    }

    /// - Parameters:
    ///   - fraction: 0 ... 1 of the run; it never goes back.
    ///   - step: What is being done, in a word or two.
    ///   - number: Which of `total` steps this is, if they are counted.
    func update(fraction: Double, step: String, number: Int?, total: Int?) {
        state.withLock { state in
            if fraction.isFinite { state.value.fraction = min(max(fraction, state.value.fraction), 1) }
            state.value.step = step
            state.value.number = number
            state.value.total = total
        }
    }

    /// Shows a picture instead of the one before.
    ///
    /// - Parameter mediaType: By the bytes: it is served under it.
    func show(_ bytes: ByteBuffer, mediaType: String) {
        state.withLock { state in
            state.previews += 1
            state.value.preview = ReportedPreview(bytes: bytes, mediaType: mediaType, number: state.previews)
        }
    }

    /// The run has ended: nobody is shown its last preview any more.
    func removePreview() {
        state.withLock { $0.value.preview = nil }
    }

    // MARK: Waiting

    /// The run waits in the backend's own queue, behind so many others.
    func wait(behind count: Int) {
        let note = state.withLock { state -> (@Sendable () -> Void)? in
            let isNew = state.value.ahead == nil
            state.value.ahead = max(count, 0)
            return isNew ? state.onWaitingChange : nil
        }
        note?()
    }

    /// The run begins.
    ///
    /// - Parameter waited: How long it has waited in the backend's queue.
    func begin(after waited: Duration) {
        let note = state.withLock { state -> (@Sendable () -> Void)? in
            let isNew = state.value.ahead != nil
            state.value.ahead = nil
            state.value.waited = max(waited, .zero)
            return isNew ? state.onWaitingChange : nil
        }
        note?()
    }

    /// - Parameter note: Called whenever the run begins to wait in the backend's own queue, or waits there no more; from any
    ///   thread, and soon done.
    func onWaitingChange(_ note: @escaping @Sendable () -> Void) {
        state.withLock { $0.onWaitingChange = note }
    }

    // MARK: Cancelling

    /// Notes that the user has canceled the prediction, before its task is cancelled: otherwise that is the gateway's end.
    func cancel() {
        state.withLock { $0.isCanceled = true }
    }

    /// Whether the user has canceled the prediction.
    var isCanceled: Bool { state.withLock { $0.isCanceled } }
}
