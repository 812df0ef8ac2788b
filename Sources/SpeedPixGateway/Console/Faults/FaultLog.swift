import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The newest strikes of faults, for the console's page.
final class FaultLog: Sendable {
    /// How many are kept.
    static let most = 200

    private struct Entry: Sendable {
        let strike: FaultStrike
        let date: Date
    }

    private struct State: Sendable {
        var entries: [Entry] = []
        /// How often each rule has struck, those that are not kept any more included.
        var counts: [Int: Int] = [:]
    }

    private let rules: [FaultRule]
    private let state = Mutex(State())

    init(_ rules: [FaultRule]) {
        self.rules = rules
    }

    /// Notes a strike.
    func add(_ strike: FaultStrike, at date: Date) {
        state.withLock { state in
            state.counts[strike.rule, default: 0] += 1
            if state.entries.count == Self.most { state.entries.removeFirst() }
            state.entries.append(Entry(strike: strike, date: date))
        }
    }

    /// The rules in their order, and the strikes, the newest first.
    var json: JSONValue {
        let (entries, counts) = state.withLock { ($0.entries, $0.counts) }
        let told = rules.enumerated().map { index, rule -> JSONValue in
            var members = rule.json.objectValue ?? [:]
            members["rule"] = .integer(Int64(index + 1))
            members["strikes"] = .integer(Int64(counts[index + 1] ?? 0))
            return .object(members)
        }
        let strikes = entries.reversed().map { entry -> JSONValue in
            [
                "at": .double(entry.date.timeIntervalSince1970), "rule": .integer(Int64(entry.strike.rule)),
                "fault": .string(entry.strike.fault.name), "call": .string(entry.strike.target.rawValue),
                "number": .integer(Int64(entry.strike.call)),
            ]
        }
        return ["rules": .array(told), "strikes": .array(strikes)]
    }
}

extension GatewayConfiguration {
    /// Whether the console shows faults: they are for whoever tests on this machine, and nothing for others.
    var showsFaults: Bool {
        hasConsole && !faults.isEmpty && publicURL == nil
            && (host == "localhost" || host.hasPrefix("127.") || host == "::1")
    }

    /// The same with each strike noted, too.
    func noting(in log: FaultLog) -> GatewayConfiguration {
        var configuration = self
        configuration.onFault = { [now, onFault] strike in
            log.add(strike, at: now())
            onFault(strike)
        }
        return configuration
    }
}
