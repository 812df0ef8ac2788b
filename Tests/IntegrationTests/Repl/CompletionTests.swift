import LuaRuntime
import Testing

@testable import SpeedPixCommands

@Suite("What Tab does")
struct CompletionTests {
    private let completion = NameCompletion(
        members: { path in
            switch path {
            case []: [.field("speedpix"), .field("special"), .function("print"), .field("job"), .field("_hidden")]
            case ["speedpix"]: [.function("spawn"), .function("settle"), .field("version")]
            case ["job"]: [.field("status"), .field("id"), .method("wait"), .method("cancel")]
            case ["job", "output"]: [.field("images")]
            default: []
            }
        },
        workflows: {
            [
                KnownWorkflow(id: "white-background", inputs: ["image", "text"]), KnownWorkflow(id: "echo"),
                KnownWorkflow(id: "echo-again"),
            ]
        })

    @Test(arguments: [
        ("pri", "nt("), ("x = spe", ""), ("x = spee", "dpix"), ("speedpix.sp", "awn("), ("speedpix.v", "ersion"),
        ("job.st", "atus"), ("job:w", "ait("), ("job.output.", "images"), ("f(job.i", "d"), ("{ job.i", "d"),
        ("func", "tion"), ("run(\"wh", "ite-background\""), ("create 'wh", "ite-background'"), ("run('e", "cho"),
        ("run(\"white-background\", { i", "mage = "), ("run('white-background', { image = 'x', ", "text = "),
        ("run(\"x\", {}, { alias", "_id = "), ("speedpix.map(t, f, { con", "currency = "),
        ("wait(job, { tim", "eout = "),
        ("job:wait { tim", "eout = "), ("show(x, { wid", "th = "), (":he", "lp "), (":help speedpix.settl", "e"),
        (":time pri", "nt("), ("_hid", "den"),
    ])
    func completes(text: String, insertion: String) {
        #expect(completion.complete(text).insertion == insertion)
    }

    @Test(arguments: [
        ("spe", ["special", "speedpix"]), ("speedpix.s", ["settle", "spawn"]), ("job.", ["id", "status"]),
        ("job:", ["cancel", "wait"]), ("run('echo", ["echo", "echo-again"]),
        ("run('white-background', { ", ["image", "text"]),
    ])
    func offers(text: String, choices: [String]) {
        let result = completion.complete(text)
        // `spe` is the beginning of both.
        #expect(result == Completion(choices: choices))
    }

    @Test(arguments: [
        "", "  ", "-- pri", "--[[ pri", "x = 'pri", "[[ pri", "f().x", "f():w", "1.", "x = 12", "run('echo', 'wh",
        "zzz",
        "job.zzz", "\"a\\", "::pri",
    ])
    func leavesAlone(text: String) {
        #expect(completion.complete(text) == Completion())
    }

    @Test func knowsTheLinesAbove() {
        #expect(completion.complete("  te", earlier: "run('white-background', {\n  image = 'x',").insertion == "xt = ")
    }

    @Test func choicesStandInColumns() {
        #expect(LineEditor.columnar(["a", "bb", "ccc", "d", "e"], width: 11) == "a    d\nbb   e\nccc\n")
        #expect(LineEditor.columnar(["long-name", "b"], width: 4) == "long-name\nb\n")
    }
}
