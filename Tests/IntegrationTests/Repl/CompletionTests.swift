import LuaRuntime
import SpeedPixGateway
import SpeedPixLua
import Testing

@testable import SpeedPixCommands

@Suite("Completion with Tab")
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
                KnownWorkflow(
                    id: "white-background",
                    inputs: ["image", "text"].map { KnownWorkflow.Input(name: $0, text: "string") }),
                KnownWorkflow(id: "echo"),
                KnownWorkflow(id: "echo-again"),
            ]
        })

    @Test(
        "Completion inserts the rest of a unique name",
        arguments: [
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

    @Test(
        "Completion lists the names when there are several",
        arguments: [
            ("spe", ["special", "speedpix"]), ("speedpix.s", ["settle", "spawn"]), ("job.", ["id", "status"]),
            ("job:", ["cancel", "wait"]), ("run('echo", ["echo", "echo-again"]),
            ("run('white-background', { ", ["image", "text"]),
        ])
    func offers(text: String, choices: [String]) {
        let result = completion.complete(text)
        // `spe` is the beginning of both.
        #expect(result == Completion(choices: choices))
    }

    @Test(
        "Completion does nothing in comments, texts, numbers and unknown names",
        arguments: [
            "", "  ", "-- pri", "--[[ pri", "x = 'pri", "[[ pri", "f().x", "f():w", "1.", "x = 12", "run('echo', 'wh",
            "zzz",
            "job.zzz", "\"a\\", "::pri",
        ])
    func completesNothing(text: String) {
        #expect(completion.complete(text) == Completion())
    }

    @Test(
        "Completion inserts file names after : commands, and methods of results",
        arguments: [
            (":load li", "b.lua"), (":save \"fol", "der/"), (":save! folder/in", "ner.lua"), (":load '.h", "idden"),
            ("out.images[1]:downl", ""), ("out.images[1]:sav", "e"), ("x[f(2)]:thumbn", "ail("),
        ])
    func completesFilesAndMethods(text: String, insertion: String) {
        var completion = completion
        completion.files = { folder in
            ["": ["lib.lua", "folder/", ".hidden"], "folder/": ["inner.lua", "other.lua"]][folder] ?? []
        }
        #expect(completion.complete(text).insertion == insertion)
    }

    @Test("Completion offers the options that the variable's own class has")
    func optionsAreThoseOfTheVariablesOwnClass() throws {
        let classes = ScriptReference.all.classes.filter { $0.methods.contains { $0.name == "save" } }
        func owner(hasQuality: Bool) -> LuaReference.Class? {
            classes.first { owner in
                owner.methods.contains {
                    $0.name == "save" && $0.options.contains { $0.name == "quality" } == hasQuality
                }
            }
        }
        let file = try #require(owner(hasQuality: false))
        let picture = try #require(owner(hasQuality: true))
        var completion = completion
        completion.members = { path in
            guard let owner = path == ["file"] ? file : path == ["picture"] ? picture : nil else { return [] }
            return owner.properties.map { .field($0.name) } + owner.methods.map { .method($0.name) }
        }
        #expect(completion.complete("file:save('a.png', { qual") == Completion())
        #expect(completion.complete("file:save('a.png', { on_c").insertion == "onflict = ")
        #expect(completion.complete("picture:save('a.png', { qual").insertion == "ity = ")
    }

    @Test(
        "Completion inserts file names in strings that begin as paths do, and texts that an input had before",
        arguments: [
            ("image.open('./li", "b.lua'"), ("run('white-background', { image = \"./fol", "der/"),
            ("x = '../", ""), ("run('white-background', { text = 'New", " season'"),
            ("run('white-background', { image = 'New", ""), (":help white-b", "ackground"),
        ])
    func completesStrings(text: String, insertion: String) {
        var completion = completion
        completion.files = { folder in folder == "./" ? ["lib.lua", "folder/"] : [] }
        completion.values = { $0 == "white-background" && $1 == "text" ? ["New season"] : [] }
        #expect(completion.complete(text).insertion == insertion)
    }

    @Test(
        "Completion inserts the texts that an option, a parameter or an input of a workflow can be",
        arguments: [
            ("pic:resize{fit=\"c", "over\""), ("pic:resize(9, 9, {fit='ex", "act'"),
            ("pic:watermark(\"./p/logo.svg\",{style=\"t", "iled\""), ("pic:watermark('a', {at=\"bottom-l", "eft\""),
            ("pic:save('a.png', {metadata='st", "rip'"), ("pic:flip(\"h", "orizontal\""),
            ("pic:watermark(\"t", ""), ("pic:watermark('a', {opacity=\"t", ""), ("pic:resize{at={fit=\"c", ""),
            ("run('film', {image=\"./p/plain.jpg\",motion=\"zo", "om"), ("run(\"film\", {motion='", "zoom"),
            ("run('film', {other='zo", ""), ("run('other', {motion='zo", ""), ("run('film', 'zo", ""),
        ])
    func completesChoices(text: String, insertion: String) {
        var completion = completion
        completion.workflows = {
            [
                KnownWorkflow(
                    id: "film", inputs: [KnownWorkflow.Input(name: "motion", text: "", choices: ["zoom"])])
            ]
        }
        completion.values = { $0 == "film" && $1 == "motion" ? ["zoom", "zoom 2"] : [] }
        #expect(completion.complete(text).insertion == insertion)
    }

    @Test("The choices of a field are the texts of its type, and of an input the words that its help lists")
    func choices() async throws {
        #expect(("a: \"x\"|integer|\"y z\"|false — one" as LuaField).choices == ["x", "y z"])
        for field: LuaField in ["a: \"x\"[]", "a: (\"x\"|\"y\")[]", "a: table<string, \"x\">", "a: string", "a"] {
            #expect(field.choices.isEmpty, "\(field.type)")
        }
        let workflows = try await BuiltInWorkflows.load().map { KnownWorkflow($0) }
        let inputs = workflows.flatMap(\.inputs).filter { !$0.choices.isEmpty }
        #expect(inputs.map(\.name) == ["motion"])
        #expect(inputs.first?.choices == ["zoom-in", "zoom-out", "pan-left", "pan-right"])
    }

    @Test("Completion knows the earlier lines of the chunk")
    func knowsTheLinesAbove() {
        #expect(completion.complete("  te", earlier: "run('white-background', {\n  image = 'x',").insertion == "xt = ")
    }

    @Test("The line editor prints choices in columns")
    func choicesStandInColumns() {
        #expect(LineEditor.columnar(["a", "bb", "ccc", "d", "e"], width: 11) == "a    d\nbb   e\nccc\n")
        #expect(LineEditor.columnar(["long-name", "b"], width: 4) == "long-name\nb\n")
    }
}
