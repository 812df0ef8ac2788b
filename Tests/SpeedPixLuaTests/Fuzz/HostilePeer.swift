import SpeedPix
import SpeedPixTestSupport
import Synchronization

/// A service that answers as it should at times, and at others with anything: refusals, nonsense, silence, half a body.
enum HostilePeer {
    static func transport(seed: UInt64) -> ScriptedTransport {
        let random = Mutex(SeededGenerator(seed: seed))
        return ScriptedTransport([], then: .choosing { _ in random.withLock { reply(&$0) } })
    }

    private static func reply(_ random: inout SeededGenerator) -> ScriptedReply {
        switch random.below(16) {
        case 0: .silence
        case 1: .reset
        case 2: .refusedConnection
        case 3:
            .text(
                random.pick(["", "<html>", "{", "null", "[]", "{\"data\": 1}"]),
                status: random.pick([200, 204, 302, 403, 500]))
        case 4: .body([[1, 2, 3]], then: TransportError("cut", mayHaveReachedService: true))
        case 5: .stalling(after: [UInt8](repeating: 0x20, count: random.below(100)))
        case 6: .refusal("E", String(repeating: "x", count: random.below(2000)), status: random.pick([200, 400, 429]))
        case 7: .gateway(random.pick(["Throttled by USER", "Invalid Signature", "Nonce Used"]), status: 403)
        case 8: .body([(0..<random.below(3000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }])
        case 9: .text(String(repeating: "[", count: random.below(100_000)))
        default: .ok(.object(data(&random)))
        }
    }

    private static func data(_ random: inout SeededGenerator) -> [String: JSONValue] {
        [
            "taskId": .string(random.pick(["t-1", "t-2", "\u{202E}t", ""])),
            "status": .string(random.pick(["waiting", "running", "succeeded", "failed", "canceled", "odd"])),
            "progress": value(&random, 1), "etaRelative": value(&random, 0), "message": value(&random, 1),
            "result": value(&random, 4), "images": ["https://cdn.test/a.png", value(&random, 2)],
            "info": value(&random, 3), "taskDuration": value(&random, 0), "uploadUrl": "https://cdn.test/put",
            "accessUrl": "https://cdn.test/get", "objectKey": value(&random, 0),
        ]
    }

    private static func value(_ random: inout SeededGenerator, _ depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 9 : 6) {
        case 0: .null
        case 1: .bool(random.chance(50))
        case 2: .integer(Int64(bitPattern: random.next()))
        case 3: .double(random.pick([0.5, -1, 1e300, 0]))
        case 4: .string(random.pick(["", "x", "https://cdn.test/b.png", "http://127.0.0.1/x", "\u{0}\u{1B}[31m"]))
        case 5: .unsigned(UInt64.max)
        case 6, 7: .array((0..<random.below(5)).map { _ in value(&random, depth - 1) })
        default:
            .object(
                Dictionary(
                    (0..<random.below(5)).map { ("k\($0)", value(&random, depth - 1)) }, uniquingKeysWith: { $1 }))
        }
    }
}
