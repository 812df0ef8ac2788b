import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("Previews on a terminal", .timeLimit(.minutes(1)))
struct PreviewDisplayTests {
    private static let screen = TerminalExtent(columns: 80, rows: 24)

    private func preview(_ prediction: String, _ number: Int = 1, name: String? = nil) -> LiveFrame.Preview {
        LiveFrame.Preview(url: ScriptedPreviews.url(prediction, number), name: name)
    }

    /// The rows below one line, without their colours.
    private func rows(
        _ previews: ScriptedPreviews, of preview: LiveFrame.Preview?, in size: TerminalExtent = screen
    ) -> [String] {
        previews.display.rows(of: preview, in: size, below: 1).map {
            $0.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        }
    }

    /// The rows once what is to be fetched for them is there.
    private func loadedRows(
        _ previews: ScriptedPreviews, of preview: LiveFrame.Preview, in size: TerminalExtent = screen
    ) async -> [String] {
        _ = rows(previews, of: preview, in: size)
        await previews.display.waitForLoading()
        return rows(previews, of: preview, in: size)
    }

    @Test("PreviewDisplay: a preview is fetched once and shown until the next one is there")
    func fetching() async throws {
        let previews = try ScriptedPreviews(widths: [4, 6])
        let (first, second) = (preview("a"), preview("a", 2))
        #expect(rows(previews, of: first) == [])
        await previews.display.waitForLoading()
        #expect(rows(previews, of: first) == ScriptedPreviews.rows(4))
        #expect(rows(previews, of: second) == ScriptedPreviews.rows(4))
        await previews.display.waitForLoading()
        #expect(rows(previews, of: second) == ScriptedPreviews.rows(6))
        #expect(previews.transport.requests.map(\.url) == [first.url, second.url])
        #expect(rows(previews, of: nil) == [])
    }

    @Test("PreviewDisplay: one preview is fetched at a time, and then the newest one")
    func oneAtATime() async throws {
        let gate = Gate()
        let picture = try ScriptedPreviews.picture(4)
        let slow = ScriptedReply("slow") { request in
            try await gate.hold("first")
            return try await ScriptedReply.body([picture]).respond(request)
        }
        let previews = try ScriptedPreviews([slow, .body([try ScriptedPreviews.picture(6)])])
        #expect(rows(previews, of: preview("a", 1)) == [])
        await gate.waitForStarts(1)
        #expect(rows(previews, of: preview("a", 2)) == [] && rows(previews, of: preview("a", 3)) == [])
        gate.open("first")
        await previews.display.waitForLoading()
        #expect(await loadedRows(previews, of: preview("a", 3)) == ScriptedPreviews.rows(6))
        #expect(previews.transport.requests.map(\.url) == [preview("a", 1).url, preview("a", 3).url])
    }

    @Test("PreviewDisplay: a preview's name stands above it, in one row that is as wide as a picture can be")
    func names() async throws {
        let previews = try ScriptedPreviews(widths: [4, 4])
        let shown = await loadedRows(previews, of: preview("a", name: "A-014\u{1B}[2J"))
        #expect(shown.first?.hasPrefix("A-014") == true && shown.dropFirst() == ScriptedPreviews.rows(4)[...])
        #expect(shown.allSatisfy { !$0.contains("\u{1B}") }, "\(shown)")
        let long = await loadedRows(previews, of: preview("b", name: String(repeating: "白色", count: 30)))
        #expect(long.count == 5 && TerminalText.width(long[0]) <= 32 && long[0].hasSuffix("…"), "\(long)")
    }

    @Test(
        "PreviewDisplay: a preview is shown only where it has three rows, and cut off below what there is room for",
        arguments: [
            (80, 24, 4), (80, 8, 4), (80, 7, 3), (80, 6, 0), (80, 1, 0), (33, 24, 4), (32, 24, 0),
        ])
    func room(columns: Int, rows: Int, expected: Int) async throws {
        let previews = try ScriptedPreviews(widths: [4])
        let size = TerminalExtent(columns: columns, rows: rows)
        let shown = await loadedRows(previews, of: preview("a", name: "A"), in: size)
        let isShown = expected > 0
        #expect(shown.first == (isShown ? "A" : nil) && shown.dropFirst().count == expected, "\(shown)")
        #expect(previews.transport.requests.count == (isShown ? 1 : 0))
    }

    @Test("PreviewDisplay: a preview that cannot be had or read shows nothing, nor leaves another one's picture")
    func failures() async throws {
        let picture = ScriptedReply.body([try ScriptedPreviews.picture(4)])
        for failure in [ScriptedReply.text("gone", status: 404), .text("no picture"), .refusedConnection] {
            let previews = try ScriptedPreviews([picture, failure, picture])
            #expect(await loadedRows(previews, of: preview("a")) == ScriptedPreviews.rows(4))
            #expect(await loadedRows(previews, of: preview("b")) == [], "\(failure)")
            #expect(await loadedRows(previews, of: preview("c")) == ScriptedPreviews.rows(4))
        }
    }

    @Test(
        "PreviewDisplay: nothing is fetched but previews of the gateway",
        arguments: [
            "http://other.test:8187/previews/a", "https://gateway.test:8187/previews/a", "file:///previews/a",
            "http://gateway.test/previews/a", "http://gateway.test:8187/files/a", "/previews/a", "",
        ])
    func otherURLs(url: String) async throws {
        let previews = try ScriptedPreviews(widths: [4])
        #expect(await loadedRows(previews, of: LiveFrame.Preview(url: url)) == [])
        #expect(previews.transport.requests.isEmpty)
    }

    @Test("PreviewDisplay: at the end of a display its fetching ends, and the next one begins with nothing")
    func end() async throws {
        let picture = ScriptedReply.body([try ScriptedPreviews.picture(4)])
        let previews = try ScriptedPreviews([picture, .silence, picture])
        #expect(await loadedRows(previews, of: preview("a")) == ScriptedPreviews.rows(4))
        #expect(rows(previews, of: preview("b")) == ScriptedPreviews.rows(4))
        await previews.transport.waitForRequests(2)
        previews.display.end()
        await previews.display.waitForLoading()
        #expect(rows(previews, of: preview("c")) == [])
        await previews.display.waitForLoading()
        #expect(rows(previews, of: preview("c")) == ScriptedPreviews.rows(4))
    }

    @Test(
        "PreviewDisplay: previews are shown where pictures are, and colors",
        arguments: [
            (["TERM": "xterm"], nil, true), (["TERM": "xterm-kitty"], nil, true), ([:], nil, false),
            (["TERM": "dumb"], nil, false), (["TERM": "xterm", "NO_COLOR": "1"], nil, false),
            (["TERM": "xterm", "SPEEDPIX_PICTURES": "none"], nil, false),
            (["TERM": "xterm"], PictureProtocol.none, false), (["TERM": "dumb"], PictureProtocol.blocks, true),
        ] as [([String: String], PictureProtocol?, Bool)])
    func terminals(environment: [String: String], chosen: PictureProtocol?, isShown: Bool) throws {
        let display = try ScriptedPreviews.display(environment, chosen: chosen, transport: ScriptedTransport([]))
        #expect((display != nil) == isShown)
    }
}
