import SpeedPix
package import SpeedPixBatch

/// Why workers begin no row of a batch any more, as the first of them to know writes it down: rows failed one after the other, the
/// budget is used up, or the time has come. It counts until somebody who may write the batch resumes it. A value.
package struct QueueStop: Sendable, Equatable {
    package var reason: BatchStop
    package var worker: String

    /// - Returns: Nil for a reason that is of one worker alone, such as Ctrl-C.
    package init?(_ reason: BatchStop, worker: String) {
        switch reason {
        case .failures, .until, .budget: (self.reason, self.worker) = (reason, worker)
        case .results, .journal, .interrupted: return nil
        }
    }

    package var payload: [UInt8] {
        var members: [String: JSONValue] = ["stop": .string(reason.code), "worker": .string(worker)]
        switch reason {
        case .failures(let code, let count, let message):
            members["code"] = .string(code)
            members["count"] = .integer(Int64(count))
            members["message"] = .string(message)
        case .until(let time): members["time"] = .string(time)
        case .budget(let most): members["count"] = .integer(Int64(most))
        case .results, .journal, .interrupted: break
        }
        // Texts and whole numbers can always be encoded.
        return (try? JSONValue.object(members).encoded()) ?? []
    }

    /// - Returns: Nil for what no program has written.
    package init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload) else { return nil }
        func count() -> Int { if case .integer(let number)? = json["count"] { Int(number) } else { 0 } }
        let worker = json["worker"]?.stringValue ?? "?"
        let reason: BatchStop
        switch json["stop"]?.stringValue {
        case "stop_after":
            reason = .failures(
                code: json["code"]?.stringValue ?? "?", count: count(), message: json["message"]?.stringValue ?? "")
        case "until": reason = .until(json["time"]?.stringValue ?? "?")
        case "budget": reason = .budget(count())
        default: return nil
        }
        self.init(reason, worker: worker)
    }
}
