import Foundation
import SpeedPixTestSupport

/// What goes wrong in a batch over NATS, and after how many rows.
struct QueueFailure: CustomStringConvertible {
    enum Kind {
        /// A worker is killed, and replaced by one that has its disk, or an empty one.
        case kill(worker: Int, keepsDisk: Bool)
        /// A nats-server is killed and started again.
        case restart(server: Int)
        /// A worker stands still for longer than its rows are kept for it.
        case suspend(worker: Int)
        /// The worker in the network namespace is cut off from NATS for as long.
        case cut
    }

    let rows: Int
    let kind: Kind

    var description: String { "\(kind) after \(rows) rows" }

    /// How large a run is, and what goes wrong in it.
    struct Settings {
        let rows: Int
        let kills: Int
        let servers: Int
        let seed: UInt64
        /// Where a fourth worker runs; nil for nowhere.
        let namespace: String?

        static let fromEnvironment: Settings = {
            let environment = ProcessInfo.processInfo.environment
            func number(_ name: String) -> Int? { environment["SPEEDPIX_QUEUE_TEST_\(name)"].flatMap { Int($0) } }
            return Settings(
                rows: number("ROWS") ?? 2000, kills: number("KILLS") ?? 8, servers: number("SERVERS") ?? 1,
                seed: number("SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000),
                namespace: environment["SPEEDPIX_QUEUE_TEST_NAMESPACE"])
        }()
    }

    /// Draws them, in the order of their rows. The last quarter of the rows is left alone.
    ///
    /// For eight kills there are one restart, one suspension and, with a namespace, one cut. The first worker is only suspended: it
    /// has to be there when it goes on.
    static func plan(_ settings: Settings) -> [QueueFailure] {
        var random = SeededGenerator(seed: settings.seed)
        let others = max(settings.kills / 8, 1)
        var kinds: [Kind] = []
        for _ in 0..<settings.kills {
            kinds.append(.kill(worker: 1 + random.below(2), keepsDisk: random.chance(50)))
        }
        for _ in 0..<others {
            kinds += [.restart(server: random.below(settings.servers)), .suspend(worker: 0)]
            if settings.namespace != nil { kinds.append(.cut) }
        }
        kinds.shuffle(using: &random)
        let rows = kinds.map { _ in random.below(settings.rows * 3 / 4) }.sorted()
        return zip(rows, kinds).map { QueueFailure(rows: $0, kind: $1) }
    }
}
