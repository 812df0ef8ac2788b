import SpeedPixTestSupport
import Testing

/// What a person does in the console, in headless Chromium. Each flow has a gateway of its own; what the browser complains of, a breach
/// of the page's policy included, and what keeps people from using a view, are failures. The flows themselves are in `browser`.
@Suite(
    "The console in a browser", .serialized, .timeLimit(.minutes(5)),
    .enabled(if: Chromium.isExpected, "Chromium is not here: on macOS, brew install --cask google-chrome"))
struct ConsoleFlowTests {
    // MARK: Who comes in

    @Test("Sign in: a link is good once, leaves no cookie and no code in the address, and a used one is refused")
    func signIn() async throws { try await ConsoleStage.perform("sign_in") }

    @Test("Restart: a page that was left open goes on at the next gateway, without another link")
    func restart() async throws { try await ConsoleStage.perform("restart") }

    // MARK: Predictions

    @Test("Wall: pictures, progress and failures come by themselves, the newest first")
    func wall() async throws { try await ConsoleStage.perform("wall") }

    @Test("Wall: previews of what runs at ComfyUI, there and where a prediction is shown")
    func previews() async throws { try await ConsoleStage.perform("previews") { $0.hasComfyUI = true } }

    @Test("Wall: filters by workflow, state, key, label, mark and words")
    func filters() async throws { try await ConsoleStage.perform("filters") }

    @Test("Wall: the keyboard moves, opens, marks, searches and shows its keys")
    func keyboard() async throws { try await ConsoleStage.perform("keyboard") }

    @Test("Prediction: inputs, log, timeline, download, label and exact JSON")
    func detail() async throws { try await ConsoleStage.perform("detail") }

    @Test("Prediction: cancel after a question")
    func cancel() async throws { try await ConsoleStage.perform("cancel") }

    @Test("Prediction: run again with a changed input, ×4 with new seeds, and as the input of another workflow")
    func again() async throws { try await ConsoleStage.perform("again") }

    @Test("Predictions: two are compared with a divider, and marked")
    func compare() async throws { try await ConsoleStage.perform("compare") }

    @Test("Prediction: copied as Lua, Python and curl it does the same, whatever its inputs, without a secret")
    func copies() async throws { try await ConsoleStage.perform("copies") }

    // MARK: Workflows

    @Test("Workflow: a form with a dropped file, range, choice, flag and preset, and what is wrong beside its field")
    func form() async throws { try await ConsoleStage.perform("form") }

    @Test("Workflow: versions, an alias that is moved, code, and an OpenAPI document")
    func versions() async throws { try await ConsoleStage.perform("versions") }

    @Test("From ComfyUI: in six actions from the link to Lua that speedpix run takes as it is")
    func tenMinutes() async throws {
        try await ConsoleStage.perform("ten_minutes") {
            $0.hasComfyUI = true
            $0.hasSecret = false
        }
    }

    @Test("From ComfyUI: a fixed seed, partner node, mask, missing model, UI file and another port are said in words")
    func troubles() async throws {
        try await ConsoleStage.perform("troubles") {
            $0.hasComfyUI = true
            $0.absent = ["http://127.0.0.1:9"]
        }
    }

    // MARK: Operation

    @Test("Servers: drain, resume, free, queue and speed")
    func servers() async throws { try await ConsoleStage.perform("servers") { $0.hasComfyUI = true } }

    /// The second create is done, and its answer lost.
    private static let lostAnswer =
        #"{"rules": [{"call": "create", "fault": "reset_after", "after": 1, "times": 1}]}"#

    @Test("Runs: one in doubt is settled, and then goes on without paying twice")
    func runs() async throws { try await ConsoleStage.perform("runs") { $0.faults = Self.lostAnswer } }

    @Test("Faults: rules and strikes of a gateway that was started with them")
    func faults() async throws { try await ConsoleStage.perform("faults") { $0.faults = Self.lostAnswer } }

    @Test("Faults, batches: not offered by a gateway that has none")
    func withoutFaults() async throws { try await ConsoleStage.perform("without_faults") }

    @Test("Batches: rows of a batch in the queue", .enabled(if: NATSServer.isAvailable))
    func batches() async throws {
        let server = try await NATSServer.start()
        try await ConsoleStage.perform("batches") { $0.queue = server.url }
    }

    // MARK: Strangers' texts and files

    @Test("Hostile texts: markup in inputs, labels, file names, errors and titles is shown as text")
    func hostileTexts() async throws { try await ConsoleStage.perform("hostile_texts") { $0.hasComfyUI = true } }

    @Test("Hostile files: SVG and HTML as results are not executed, neither in the page nor by themselves")
    func hostileFiles() async throws { try await ConsoleStage.perform("hostile_files") }

    // MARK: Looks

    @Test("Views: clean for axe by day and by night, and no wider than 360 pixels")
    func views() async throws {
        try await ConsoleStage.perform("views") {
            $0.hasComfyUI = true
            $0.faults = Self.lostAnswer
        }
    }

    @Test("Views: 中文 for a browser that wants it, with nothing left in English")
    func chinese() async throws {
        try await ConsoleStage.perform("chinese") {
            $0.hasComfyUI = true
            $0.faults = Self.lostAnswer
        }
    }

    @Test("Views: nothing moves with prefers-reduced-motion")
    func still() async throws { try await ConsoleStage.perform("still") }
}
