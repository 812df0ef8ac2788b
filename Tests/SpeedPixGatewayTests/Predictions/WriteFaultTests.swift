import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

/// A load is run for each of the writes that it takes, with a fault at that one; after it, another gateway has the folder.
@Suite("Writes of the gateway's database that fail or stall", .timeLimit(.minutes(10)))
struct WriteFaultTests {
    /// The least that the load writes.
    private static let leastWrites = 15

    /// - Returns: Whether the load has come to the fault.
    private static func run(_ faults: WriteFaults, isTransient: Bool, _ comment: Comment) async throws -> Bool {
        try await TestComfyUI.withRunning { server in
            try await LastingFolder.with { folder in
                let load = WriteFaultLoad(server, comment)
                async let healed: Void = Self.heal(faults, load, folder, server)
                try await ComfyUIGateway.run([server], in: folder, faults: faults) { try await load.run($0) }
                faults.heal()
                try await healed
                // Prompts that are posted end while no gateway runs.
                server.finishNext()
                server.setAutomatic(true)
                try await ComfyUIGateway.run([server], in: folder) { gateway in
                    try await load.check(gateway, in: folder, isTransient: isTransient)
                }
            }
        }
        return faults.hasStruck
    }

    /// Lets a stalled write go when everything else has had the time to go on without it.
    private static func heal(
        _ faults: WriteFaults, _ load: WriteFaultLoad, _ folder: LastingFolder, _ server: TestComfyUI
    ) async throws {
        guard faults.kind == .stalled else { return }
        // Whatever happens: a gateway does not end while its database stalls.
        defer { faults.heal() }
        await faults.waitForStrike()
        guard faults.hasStruck else { return }
        let client = ComfyUIClient(try ComfyUIServerAddress(server.url))
        for _ in 0..<20 { _ = try await client.queue() }
        try await load.checkDisk(folder)
    }

    /// One write after the other.
    private static func each(_ body: (Int) async throws -> Bool) async throws {
        var number = 1
        while try await body(number) { number += 1 }
        #expect(number > leastWrites)
    }

    @Test("Each write fails once: what is acknowledged ends as told, results are whole, nothing is posted twice")
    func failsOnce() async throws {
        try await Self.each { number in
            try await Self.run(
                WriteFaults(.full, number..<number + 1), isTransient: true, "write \(number) fails")
        }
    }

    @Test("Each write and all after it fail: what is acknowledged ends at the next gateway, nothing is posted twice")
    func failsFromThenOn() async throws {
        try await Self.each { number in
            try await Self.run(
                WriteFaults(.full, number..<Int.max), isTransient: false, "writes from \(number) on fail")
        }
    }

    @Test("Each write stalls: nothing is acknowledged or posted before it is on disk, and all of it ends")
    func stalls() async throws {
        try await Self.each { number in
            try await Self.run(
                WriteFaults(.stalled, number..<number + 1), isTransient: true, "write \(number) stalls")
        }
    }

    /// A gateway with a prediction `a` that runs.
    private static func running(
        _ faults: WriteFaults, in folder: LastingFolder, body: (TestGateway, Gate, String) async throws -> Void
    ) async throws {
        let gate = Gate()
        try await folder.run(
            gate, { $0.beforeCommit = { try faults.beforeCommit() } },
            body: { gateway in
                let id = try await gateway.create("light", ["name": "a"])
                await gate.waitForStarts(1)
                try await body(gateway, gate, id)
            })
    }

    @Test("Write fault: a cancel is answered with an error until it is on disk")
    func cancel() async throws {
        try await LastingFolder.with { folder in
            let faults = WriteFaults(.full)
            try await Self.running(faults, in: folder) { gateway, _, id in
                faults.begin()
                for _ in 0..<2 {
                    let answer = try await gateway.call(.cancel, ["taskId": .string(id)])
                    #expect(answer.status == 500 && answer.code == "StorageError", "\(answer.text)")
                }
                #expect(try await folder.statuses() == ["waiting"])
                faults.heal()
                let answer = try await gateway.call(.cancel, ["taskId": .string(id)])
                #expect(answer.json["data"]?["status"] == "canceled", "\(answer.text)")
                #expect(try await folder.statuses() == ["canceled"])
            }
        }
    }

    @Test(
        "Write fault: an end that could not be written down is told, and is written down when the disk has room again")
    func laterEnd() async throws {
        try await LastingFolder.with { folder in
            let faults = WriteFaults(.full)
            try await Self.running(faults, in: folder) { gateway, gate, id in
                faults.begin()
                gate.open("a")
                #expect(try await gateway.ended(id).status == .succeeded)
                #expect(try await folder.statuses() == ["waiting"])
                faults.heal()
                while try await folder.statuses() != ["succeeded"] {
                    gateway.clock.advance(by: .seconds(1))
                    await Task.yield()
                }
            }
        }
    }

    @Test("Write fault: an end that could not be written down is remembered, and its prediction does not run again")
    func rememberedEnd() async throws {
        try await LastingFolder.with { folder in
            let (faults, gate) = (WriteFaults(.full), Gate())
            try await folder.run(
                gate,
                {
                    $0.beforeCommit = { try faults.beforeCommit() }
                    $0.maximumFinished = 0
                    $0.workers = 2
                }
            ) { gateway in
                var ids: [String] = []
                for name in ["a", "b"] { ids.append(try await gateway.create("light", ["name": .string(name)])) }
                await gate.waitForStarts(2)
                faults.begin()
                for (id, name) in zip(ids, ["a", "b"]) {
                    gate.open(name)
                    #expect(try await gateway.ended(id).status == .succeeded)
                }
                for id in ids {
                    let prediction = try await gateway.client.predictions.get(id)
                    #expect(prediction.status == .succeeded)
                }
                #expect(gate.started.sorted() == ["a", "b"])
            }
            // The disk had no room at the last try, either.
            #expect(try await folder.statuses() == ["waiting", "waiting"])
        }
    }

    @Test("Write fault: an end that could not be written down is tried once more when the gateway ends")
    func lastTry() async throws {
        try await LastingFolder.with { folder in
            let faults = WriteFaults(.full)
            try await Self.running(faults, in: folder) { gateway, gate, id in
                faults.begin()
                gate.open("a")
                let prediction = try await gateway.ended(id)
                #expect(prediction.status == .succeeded)
                faults.heal()
            }
            #expect(try await folder.statuses() == ["succeeded"])
        }
    }
}
