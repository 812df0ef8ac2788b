public import SpeedPix

/// What a stubbed prediction does next: each poll gets one step, and the last step for ever.
///
/// ```swift
/// stub.on("poster", .waiting(queueLength: 3), .progress(0.5, eta: .seconds(4)), .succeed(output: ["text": "done"]))
/// ```
public struct StubStep: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case waiting(queueLength: Int?)
        case running(Double, eta: Duration?, node: String?, message: String?)
        case succeeded(output: JSONValue, info: JSONValue?, duration: Duration?)
        case failed(reason: String)
        case canceled
        case struck(StubFault)
    }

    let kind: Kind

    /// It has not begun.
    ///
    /// - Parameter queueLength: Predictions ahead of it; nil if the service does not report them.
    public static func waiting(queueLength: Int? = nil) -> StubStep {
        StubStep(kind: .waiting(queueLength: queueLength))
    }

    /// It is being computed.
    ///
    /// - Parameters:
    ///   - fraction: 0 … 1.
    ///   - eta: What the service expects to remain; nil while it does not know.
    ///   - node: The workflow's node at work, which becomes ``Prediction/Progress/step``.
    ///   - message: A line of ``Prediction/logs``.
    public static func progress(
        _ fraction: Double, eta: Duration? = nil, node: String? = nil, message: String? = nil
    ) -> StubStep {
        StubStep(kind: .running(fraction, eta: eta, node: node, message: message))
    }

    /// It ends well.
    ///
    /// - Parameters:
    ///   - output: The workflow's named outputs. Files in it come from ``StubTransport/file(_:named:contentType:)``, or are
    ///     URLs, whose bytes ``StubTransport/serve(_:at:contentType:)`` sets.
    ///   - info: What the service says beside the output.
    ///   - duration: How long computing took; nil if the service does not report it.
    public static func succeed(
        output: JSONValue = [:], info: JSONValue? = nil, duration: Duration? = nil
    ) -> StubStep {
        StubStep(kind: .succeeded(output: output, info: info, duration: duration))
    }

    /// It fails: a wait for it throws `prediction_failed` with this reason.
    public static func fail(_ reason: String) -> StubStep { StubStep(kind: .failed(reason: reason)) }

    /// It ends as canceled, though the client has not asked for it: a wait for it throws `canceled`.
    public static let cancel = StubStep(kind: .canceled)

    /// The poll goes wrong. As the client tries again, the next try gets the next step.
    ///
    /// For calls other than polls, see ``StubTransport/inject(_:into:of:times:)``.
    public static func fault(_ fault: StubFault) -> StubStep { StubStep(kind: .struck(fault)) }
}

extension StubStep.Kind {
    /// The service's word for where the prediction then stands.
    var status: String {
        switch self {
        case .waiting, .struck: "waiting"
        case .running: "running"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .canceled: "canceled"
        }
    }

    /// Whether nothing follows.
    var isEnd: Bool {
        switch self {
        case .waiting, .running, .struck: false
        case .succeeded, .failed, .canceled: true
        }
    }
}
