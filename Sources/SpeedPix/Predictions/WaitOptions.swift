/// How a prediction is waited for.
public struct WaitOptions: Sendable {
    /// How long a service may say nothing of a prediction, in a wait without a ``timeout``. Half an hour outlasts its
    /// restarts and outages of the network; jobs of more than two hours are known.
    public static let defaultIdleTimeout: Duration = .seconds(1800)

    // Behind a reference, which waits that begin with the same options share: each of them has several copies in its frames.
    private struct Fields: Sendable {
        var timeout: Duration?
        var idleTimeout: Duration
        var pollingInterval: Duration?
        var onProgress: (@Sendable (Prediction) async throws -> Void)?
        var cancelOn: CancelCondition?
        var onCancel: (@Sendable (Prediction, SpeedPixError?) async -> Void)?
    }

    private indirect enum Content: Sendable {
        case fields(Fields)
    }

    private var content: Content

    private var fields: Fields {
        get {
            switch content {
            case .fields(let fields): fields
            }
        }
        set { content = .fields(newValue) }
    }

    /// The whole wait, whatever the service says; the prediction goes on there when it passes. Nil, the default, for as
    /// long as the service says that it goes on, see ``idleTimeout``. A last poll at the deadline may take up to a second
    /// more.
    public var timeout: Duration? {
        get { fields.timeout }
        set { fields.timeout = newValue?.withinYears }
    }
    /// How long the service may not have said that the prediction goes on, by a status that is known or by progress that
    /// moves, before a wait without a ``timeout`` ends with the error `timeout`. Default ``defaultIdleTimeout``.
    public var idleTimeout: Duration {
        get { fields.idleTimeout }
        set { fields.idleTimeout = newValue.withinYears }
    }
    /// A fixed time between polls; nil for an adaptive one, which is quicker and asks less. The first poll never waits
    /// for longer than 0.3 s of it.
    public var pollingInterval: Duration? {
        get { fields.pollingInterval }
        set { fields.pollingInterval = newValue?.withinYears }
    }
    /// Called after each poll that changed something. What it throws ends the wait; the prediction goes on.
    public var onProgress: (@Sendable (Prediction) async throws -> Void)? {
        get { fields.onProgress }
        set { fields.onProgress = newValue }
    }
    /// Whether giving up ends the prediction at the service, too. By default it goes on. The cancelling takes no longer than
    /// ``Predictions/cancelLimit``.
    public var cancelOn: CancelCondition? {
        get { fields.cancelOn }
        set { fields.cancelOn = newValue }
    }
    /// Called with the result of that: the prediction as the service has it now, and why it could not be canceled, e.g.
    /// `unsupported`; then it goes on. Within the wait, also if its task is cancelled.
    public var onCancel: (@Sendable (Prediction, SpeedPixError?) async -> Void)? {
        get { fields.onCancel }
        set { fields.onCancel = newValue }
    }

    /// No timeout while the service says that the prediction goes on, adaptive polling, no callback for progress; what
    /// is given up goes on at the service.
    public init(
        timeout: Duration? = nil, idleTimeout: Duration = WaitOptions.defaultIdleTimeout,
        pollingInterval: Duration? = nil, onProgress: (@Sendable (Prediction) async throws -> Void)? = nil,
        cancelOn: CancelCondition? = nil, onCancel: (@Sendable (Prediction, SpeedPixError?) async -> Void)? = nil
    ) {
        content = .fields(
            Fields(
                timeout: timeout?.withinYears, idleTimeout: idleTimeout.withinYears,
                pollingInterval: pollingInterval?.withinYears, onProgress: onProgress, cancelOn: cancelOn,
                onCancel: onCancel))
    }
}
