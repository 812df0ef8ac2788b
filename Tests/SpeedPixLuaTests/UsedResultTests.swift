import Imaging
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixLua

/// A journal that has three predictions, one output each, and records which outputs are used.
private final class OutputJournal: ForwardingJournal {
    private struct State {
        var claims = 0
        var used: [String] = []
    }

    let journal: any PredictionJournal = MemoryJournal()
    private let state = Mutex(State())

    var used: [String] { state.withLock { $0.used } }
    var identifiesCreates: Bool { true }

    func claim(_ create: JournaledCreate) throws -> JournalClaim {
        let id = state.withLock { state in
            state.claims += 1
            return "p-\(state.claims)"
        }
        let record: JSONValue = [
            "id": .string(id), "status": "succeeded", "output": ["image": .string("https://cdn.test/\(id).png?sign=1")],
        ]
        return .recorded(try #require(Prediction(record: record)))
    }

    func recordUsed(_ output: OutputFileID) { state.withLock { $0.used.append(output.predictionID) } }
}

@Suite("Results that a script opens as pictures")
struct UsedResultTests {
    private struct Report {
        /// Ids of predictions, by the journal, and by events.
        var used: [String]
        var reported: [String]
        /// Of each finished download.
        var received: [Int64]
    }

    /// Runs a script with the results `a`, `b` and `c`.
    private func run(_ script: String) async throws -> Report {
        let folder = try ScriptFolder()
        try folder.write(try Image.blank(width: 8, height: 8, color: .white).encoded(format: .png), to: "local.png")
        let png = try PictureFiles.photo(width: 32, height: 32).encoded(format: .png)
        let journal = OutputJournal()
        let transport = ScriptedTransport([], then: .body([png]))
        let reported = Mutex<[String]>([])
        let received = Mutex<[Int64]>([])
        var host = try folder.host(transport: transport)
        var dependencies = ClientDependencies(transport: transport, clock: ImmediateClock())
        dependencies.journal = journal
        host.client = SpeedPixClient(host.client.configuration, dependencies: dependencies)
        host.onEvent = { event in
            switch event {
            case .used(let url):
                let id = url.split(separator: "/").last?.prefix { $0 != "." } ?? ""
                reported.withLock { $0.append(String(id)) }
            case .transfer(let transfer):
                guard case .finished = transfer.stage, transfer.direction == .download else { return }
                received.withLock { $0.append(transfer.progress.bytesDone) }
            default: break
            }
        }
        try await folder.run(
            "local a, b, c = run('w').image, run('w').image, run('w').image\n\(script)", host: host)
        #expect(received.withLock { $0.allSatisfy { $0 == Int64(png.count) } })
        return Report(
            used: journal.used.sorted(), reported: reported.withLock { $0.sorted() }, received: received.withLock { $0 }
        )
    }

    @Test(
        "A result is used once a picture that was made from it is saved, or its bytes are read",
        arguments: [
            ("image.open(a):save('x.png')", ["p-1"]),
            ("image.open(a, { width = 8 }):save('x.png')", ["p-1"]),
            ("image.open(a):thumbnail(8):grayscale():convert('jpeg'):save('x.jpg')", ["p-1"]),
            ("image.open(a):crop(0, 0, 4, 4):frame(1):bytes('png')", ["p-1"]),
            ("a:read()", ["p-1"]),
            ("image.blank(40, 40):composite(image.open(b)):save('x.png')", ["p-2"]),
            ("image.open(a):composite(image.open('local.png')):save('x.png')", ["p-1"]),
            (
                "image.open('local.png'):composite(image.open(a)):composite(image.open(c)):save('x.png')",
                ["p-1", "p-3"]
            ),
            ("image.open('local.png'):watermark(a):save('x.png')", ["p-1"]),
            ("image.open(a):watermark(image.open(b), { style = 'tiled' }):save('x.png')", ["p-1", "p-2"]),
        ])
    func used(script: String, ids: [String]) async throws {
        let report = try await run(script)
        #expect(report.used == ids && report.reported == ids)
        #expect(report.received.count == ids.count)
    }

    @Test(
        "A result that is only looked at is downloaded, and not used",
        arguments: [
            "image.open(a):thumbnail(8)", "image.check(a)", "show(a)", "image.quality(image.open(a))",
            "image.contact_sheet({ a }):save('sheet.png')", "image.contact_sheet({ image.open(a) }):save('sheet.png')",
            "image.compare(image.open(a), image.open(a)).picture:save('difference.png')",
            "pcall(function() image.open(a):save('x.heic') end)",
            "pcall(function() image.open(a):save('/elsewhere/x.png') end)",
            "image.open(a) image.blank(4, 4):save('x.png')",
        ])
    func notUsed(script: String) async throws {
        let report = try await run(script)
        #expect(report.used == [] && report.reported == [])
        #expect(!report.received.isEmpty)
    }

    @Test("A cut-out carries the result that it was made from, so that two do not take one name")
    func cutout() async throws {
        let subject = ":cutout():save('x.png')"
        // What is cut out has to stand out.
        let stands =
            "local function framed(f) return image.open(f):extend { top = 40, right = 40, bottom = 40, left = 40 } end"
        let report = try await run("\(stands) framed(a)\(subject)")
        #expect(report.used == ["p-1"])
        let clash = try await run("\(stands) framed(a)\(subject) assert(not pcall(function() framed(b)\(subject) end))")
        #expect(clash.used == ["p-1"])
    }

    @Test("A composite is not saved over one with another result, but over one whose results are all in it")
    func composites() async throws {
        let report = try await run(
            """
            local sheet = image.blank(64, 64)
            local function with(picture, file) return picture:composite(image.open(file)) end
            with(sheet, a):save("x.png")
            local ok, e = pcall(function() with(sheet, b):save("x.png") end)
            assert(not ok and e.code == "invalid_argument", e)
            with(with(sheet, a), b):save("x.png")
            with(image.open("local.png"), a):save("y.png")
            assert(not pcall(function() with(image.open("local.png"), c):save("y.png") end))
            """)
        #expect(report.used == ["p-1", "p-1", "p-1", "p-2"])
    }
}
