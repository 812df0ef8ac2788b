/// When giving up a wait also ends the prediction at the service. Without one it goes on there, and is paid for.
public enum CancelCondition: String, Sendable, CaseIterable {
    /// When the wait's ``WaitOptions/timeout`` or ``WaitOptions/idleTimeout`` has passed.
    case timeout
    /// When the wait ends on this side before the prediction has: its timeout passes, its task is cancelled, or its
    /// callback throws.
    case stop

    /// Whether a wait that ends with this error is one of them.
    func includes(_ error: any Error) -> Bool {
        // What else the service refuses or the network loses says nothing about the prediction.
        guard let error = error as? SpeedPixError else { return self == .stop }
        return error.code == .timeout
    }
}
