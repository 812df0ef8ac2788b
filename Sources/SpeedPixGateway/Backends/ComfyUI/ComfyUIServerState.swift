package import ComfyUI
package import SpeedPix

/// What a gateway knows of one of its servers.
package struct ComfyUIServerState: Sendable, Hashable {
    /// Counted from 1, in the order in which the servers were named.
    package let number: Int
    /// Its URL, which has no password in it.
    package let address: String
    /// Whether the gateway has heard of it at all: an answer, or that there is none.
    package internal(set) var isKnown = false
    /// Whether it answers.
    package internal(set) var isUp = false
    /// Whether nothing new begins there.
    package internal(set) var isDraining = false
    /// Whether its WebSocket is open, by which it tells how prompts go on.
    package internal(set) var isConnected = false
    /// ComfyUI's version; nil if it is not known.
    package internal(set) var version: String?
    /// What models run on, as it last said.
    package internal(set) var devices: [ServerStatistics.Device] = []
    /// Prompts that run there, those of others too.
    package internal(set) var running = 0
    /// Prompts that wait there, those of others too.
    package internal(set) var waiting = 0
    /// How many of both others than this gateway have sent.
    package internal(set) var strangers = 0
    /// Why it does not answer, in a sentence; nil if it does.
    package internal(set) var problem: String?
    /// How long this gateway's predictions took there.
    var speed = ServerSpeed()

    init(number: Int, address: String) {
        self.number = number
        self.address = address
    }

    /// As the gateway's own route tells it.
    package var json: JSONValue {
        [
            "number": .integer(Int64(number)), "url": .string(address), "up": .bool(isUp),
            "draining": .bool(isDraining), "connected": .bool(isConnected),
            "version": version.map { .string($0) } ?? .null,
            "devices": .array(
                devices.map { device in
                    [
                        "name": .string(device.name), "type": .string(device.type),
                        "memory_total": device.totalMemory.map { .integer($0) } ?? .null,
                        "memory_free": device.freeMemory.map { .integer($0) } ?? .null,
                    ]
                }),
            "queue": [
                "running": .integer(Int64(running)), "waiting": .integer(Int64(waiting)),
                "strangers": .integer(Int64(strangers)),
            ], "problem": problem.map { .string($0) } ?? .null, "speed": speed.json,
        ]
    }

    /// In one line for a person, from ``json``: `1  http://gpu1:8188  ComfyUI 0.27.0, 19 of 24 GiB free, 1 runs, 2 wait`.
    package static func line(_ json: JSONValue) -> String {
        var words: [String] = []
        let isUp = json["up"]?.lenientBool == true
        if isUp {
            words.append("ComfyUI \(json["version"]?.stringValue ?? "of an unknown version")")
            for device in json["devices"]?.arrayValue ?? [] {
                guard let total = device["memory_total"]?.lenientInteger, total > 0 else { continue }
                let free = device["memory_free"]?.lenientInteger ?? 0
                words.append("\(gibibytes(free)) of \(gibibytes(total)) GiB free")
            }
            words.append("\(json["queue"]?["running"]?.lenientInteger ?? 0) running")
            words.append("\(json["queue"]?["waiting"]?.lenientInteger ?? 0) waiting")
        } else {
            words.append("down" + (json["problem"]?.stringValue.map { " (\($0))" } ?? ""))
        }
        if json["draining"]?.lenientBool == true { words.append("draining") }
        if isUp, json["connected"]?.lenientBool == false { words.append("no WebSocket yet") }
        let number = json["number"]?.lenientInteger ?? 0
        return "\(number)  \(json["url"]?.stringValue ?? "")  \(words.joined(separator: ", "))".printable()
    }

    private static func gibibytes(_ bytes: Int64) -> String {
        let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }
}
