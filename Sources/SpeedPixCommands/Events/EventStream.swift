import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The events of a run, one JSON object a line. `docs/events.schema.json` describes them.
final class EventStream: Sendable {
    private struct State {
        var redaction: Redaction?
        var hasFinished = false
        var failure: (any Error)?
        var onFailure: (@Sendable () -> Void)?
    }

    private let context: CommandContext
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    /// - Parameter context: Its standard output takes the events, and nothing else may write there.
    init(_ context: CommandContext) {
        self.context = context
        elapsed = context.clock.stopwatch()
    }

    /// Why events could not be written; nobody reads them any more then.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// From now on nothing shows this secret.
    func redact(_ configuration: Configuration) {
        state.withLock { $0.redaction = Redaction(configuration) }
    }

    /// Called once if an event cannot be written.
    func onFailure(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.onFailure = body }
    }

    func send(_ name: String, _ fields: [String: JSONValue] = [:]) {
        state.withLock { state in
            if !state.hasFinished { write(name, fields, &state) }
        }
    }

    /// The last event, whatever comes after it. Only the first call has an effect.
    func finish(_ fields: [String: JSONValue]) {
        state.withLock { state in
            guard !state.hasFinished else { return }
            state.hasFinished = true
            write("run.finished", fields, &state)
        }
    }

    private func write(_ name: String, _ fields: [String: JSONValue], _ state: inout State) {
        guard state.failure == nil else { return }
        var event = fields
        event["event"] = .string(name)
        event["time"] = .string(context.now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        event["elapsed"] = .seconds(elapsed())
        let value = JSONValue.object(event)
        do {
            var line = try (state.redaction?(value) ?? value).encoded()
            line.append(UInt8(ascii: "\n"))
            try context.writeOutput(line)
        } catch {
            state.failure = error
            state.onFailure?()
        }
    }
}

extension JSONValue {
    /// Seconds, to the millisecond.
    static func seconds(_ duration: Duration) -> JSONValue { number((duration / .milliseconds(1)).rounded() / 1000) }

    /// Null for what JSON cannot say.
    static func number(_ value: Double) -> JSONValue { value.isFinite ? .double(value) : .null }

    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// Bytes as text. Those that are no UTF-8 are shown as U+FFFD in `text` and stand whole in `base64`.
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
