import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The events of a run, one JSON object a line. `docs/events.schema.json` describes them. Copies write to the same stream.
struct EventStream: Sendable {
    /// What all copies share.
    private final class Shared: Sendable {
        struct State {
            var redaction: Redaction
            var hasStarted = false
            var hasFinished = false
        }

        let context: CommandContext
        let elapsed: @Sendable () -> Duration
        /// What the first event has, whatever becomes of the run.
        let head: [String: JSONValue]
        let outputFailure = OutputFailure()
        let state: Mutex<State>

        init(_ context: CommandContext, head: [String: JSONValue], secrets: [String]) {
            self.context = context
            self.head = head
            elapsed = context.clock.stopwatch()
            state = Mutex(State(redaction: Redaction(secrets)))
        }
    }

    private let shared: Shared
    /// Which batch the events of rows are of; nil where they are of one alone.
    private var batch: BatchName?

    /// Why events could not be written: mostly since their reader has closed the stream. No more are written then.
    var outputFailure: OutputFailure { shared.outputFailure }

    /// - Parameters:
    ///   - context: Its standard output takes the events, and nothing else may write there.
    ///   - head: What the first event has, whatever becomes of the run.
    ///   - secrets: What no event may show.
    init(_ context: CommandContext, head: [String: JSONValue], secrets: [String]) {
        shared = Shared(context, head: head, secrets: secrets)
    }

    /// The same stream for rows of a batch, which their events name: a worker has rows of several.
    func of(_ batch: BatchName) -> EventStream {
        var stream = self
        stream.batch = batch
        return stream
    }

    /// What the script prints, for a row if it runs for one.
    func print(_ bytes: [UInt8], of row: RowKey? = nil) {
        let redaction = shared.state.withLock { $0.redaction }
        send("print", JSONValue.fields(text: redaction(bytes)), of: row)
    }

    /// The first event. From now on nothing shows the secret that the plan has.
    func start(_ host: HostPlan) {
        shared.state.withLock { $0.redaction = $0.redaction.adding(host.configuration) }
        start(parameters: host.arguments)
    }

    /// The first event, with what the script is called with.
    func start(parameters: [String: String]) {
        let isFirst = shared.state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted
        }
        guard isFirst else { return }
        send("run.started", shared.head.merging(["parameters": .object(parameters.mapValues { .string($0) })]) { $1 })
    }

    /// - Parameter row: The row of a batch that the script runs for.
    func send(_ name: String, _ fields: [String: JSONValue] = [:], of row: RowKey? = nil) {
        var fields = fields
        if let row { fields["row_key"] = .string(row.description) }
        if let batch { fields["batch"] = .string(batch.text) }
        let notifyFailure = shared.state.withLock { state in
            state.hasFinished ? nil : write(name, fields: fields, state: &state)
        }
        notifyFailure?()
    }

    /// The last event, whatever comes after it. Only the first call has an effect.
    func finish(_ fields: [String: JSONValue]) {
        // Without the parameters: of a run that never began they were not checked, and one may be a secret.
        start(parameters: [:])
        shared.state.withLock { state in
            guard !state.hasFinished else { return }
            state.hasFinished = true
            _ = write("run.finished", fields: fields, state: &state)
        }
    }

    /// - Returns: What to call once the state's lock is released: it ends the run.
    private func write(
        _ name: String, fields: [String: JSONValue], state: inout Shared.State
    ) -> (@Sendable () -> Void)? {
        guard outputFailure.error == nil else { return nil }
        var event = fields
        event["event"] = .string(name)
        event["time"] = .string(
            shared.context.now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        event["elapsed"] = .seconds(shared.elapsed())
        let value = JSONValue.object(event)
        do {
            var line = try state.redaction(value).encoded()
            line.append(UInt8(ascii: "\n"))
            try shared.context.writeOutput(line)
            return nil
        } catch {
            return outputFailure.record(error)
        }
    }
}

extension JSONValue {
    /// Seconds, to the millisecond.
    static func seconds(_ duration: Duration) -> JSONValue { number((duration / .milliseconds(1)).rounded() / 1000) }

    /// Null for what JSON cannot say.
    static func number(_ value: Double) -> JSONValue { value.isFinite ? .double(value) : .null }

    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// Bytes as text. Those that are not UTF-8 are shown as U+FFFD in `text` and stand whole in `base64`.
    static func fields(text bytes: [UInt8]) -> [String: JSONValue] {
        if let text = String(validating: bytes, as: UTF8.self) { return ["text": .string(text)] }
        return [
            "text": .string(String(decoding: bytes, as: UTF8.self)),
            "base64": .string(Data(bytes).base64EncodedString()),
        ]
    }
}

extension [String: JSONValue] {
    /// Without the members that say nothing.
    var withoutNulls: Self { filter { $0.value != .null } }
}
