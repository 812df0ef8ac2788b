import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A prediction at a ``StubTransport`` and where it stands.
struct StubRun: Sendable {
    var prediction: StubPrediction
    private var steps: [StubStep.Kind]
    private var position = 0
    /// As the last poll without a fault has shown it.
    private var shown = StubStep.Kind.waiting(queueLength: nil)

    /// - Parameter steps: None at all stands for one that waits.
    init(prediction: StubPrediction, steps: [StubStep]) {
        self.prediction = prediction
        self.steps = steps.isEmpty ? [.waiting(queueLength: nil)] : steps.map(\.kind)
    }

    /// Takes the next step.
    ///
    /// - Returns: What goes wrong with the poll.
    mutating func advance() -> StubFault? {
        let step = steps[position]
        position = min(position + 1, steps.count - 1)
        if case .struck(let fault) = step { return fault }
        shown = step
        return nil
    }

    /// Ends it, unless it has ended.
    mutating func cancel() {
        guard !shown.isEnd else { return }
        prediction.isCanceled = true
        steps = [.canceled]
        position = 0
        shown = .canceled
    }

    /// `data` of an answer that says no more than where it stands.
    var status: JSONValue { ["taskId": .string(prediction.id), "status": .string(shown.status)] }

    /// `data` of a progress answer.
    var progress: JSONValue {
        var (fraction, eta, queueLength) = (0.0, Duration.zero, 0)
        var (node, message) = (JSONValue.null, JSONValue.null)
        switch shown {
        case .waiting(let ahead): queueLength = ahead ?? 0
        case .running(let part, let remaining, let label, let line):
            fraction = part
            eta = remaining ?? .zero
            node = label.map { .string($0) } ?? .null
            message = line.map { .string($0) } ?? .null
        case .succeeded: fraction = 1
        case .failed(let reason): message = .string(reason)
        case .canceled, .struck: break
        }
        return [
            "taskId": .string(prediction.id), "status": .string(shown.status), "progress": .double(fraction),
            "etaRelative": .double(eta / .seconds(1)), "message": message,
            "lastQueueRemaining": .integer(Int64(queueLength)),
            "state": ["nodeLabel": node, "step": nil, "maxSteps": nil],
        ]
    }

    /// `data` of a result answer.
    func result(now: Date) -> JSONValue {
        var (output, info, duration) = (JSONValue.null, JSONValue.null, Duration?.none)
        switch shown {
        case .succeeded(let value, let given, let time): (output, info, duration) = (value, given ?? .null, time)
        case .failed(let reason): info = ["message": .string(reason)]
        default: break
        }
        let milliseconds = duration.map { ($0 / .milliseconds(1)).rounded() }
        let end = (now.timeIntervalSince1970 * 1000).rounded()
        return [
            "taskId": .string(prediction.id), "status": .string(shown.status), "result": output, "images": nil,
            "info": info, "taskDuration": milliseconds.map { .double($0) } ?? .null,
            "taskBeginTime": milliseconds.map { .double(end - $0) } ?? .null, "taskEndTime": .double(end),
        ]
    }
}
