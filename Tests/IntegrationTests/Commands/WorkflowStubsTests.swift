import LuaRuntime
import SpeedPix
import SpeedPixLua
import Testing

@testable import SpeedPixCommands

@Suite("Stubs of workflows")
struct WorkflowStubsTests {
    private func text(_ workflows: JSONValue...) throws -> String {
        WorkflowStubs(try workflows.map { try #require(WorkflowDescription($0)) }).text
    }

    @Test("WorkflowStubs: none has no functions, which would hide those of the API")
    func none() throws {
        #expect(try !text().contains("function"))
    }

    @Test("WorkflowStubs: the overloads are of functions that take a workflow, with their classes of options")
    func names() throws {
        let stubs = try text(["id": "shop"])
        let api = ScriptReference.all.stubs()
        for name in ["speedpix.run", "speedpix.create"] {
            #expect(ScriptReference.createFunctions.contains(name))
            #expect(api.contains("---@class \(name).options\n") && stubs.contains("options?: \(name).options)"))
        }
        for name in ["OutputFile", "File", "Source", "Prediction"] { #expect(api.contains("---@class \(name)\n")) }
    }

    @Test(
        "WorkflowStubs: an input has the type that a script can give it",
        arguments: [
            (["type": "string", "required": true], "---@field x string|Source # string, required"),
            (["type": "integer", "default": 5], "---@field x? integer # integer, default 5"),
            (["type": "number", "minimum": 0, "maximum": 1], "---@field x? number # number, 0 to 1"),
            (["type": "boolean", "default": false], "---@field x? boolean # boolean, default false"),
            (["type": "mask", "help": "what stays"], "---@field x? workflow.file # mask: what stays"),
            (["type": "any"], "---@field x? any # any"),
            (["type": "song"], "---@field x? any # song"),
            (["type": "choice", "choices": ["a", 2, true]], #"---@field x? "a"|2|true # choice"#),
            (["type": "choice", "choices": [#"sd\xl "v1""#]], #"---@field x? "sd/xl \"v1\"" # choice"#),
            (["type": "choice", "choices": [0.5]], "---@field x? string|number|boolean # choice"),
            (["type": "choice"], "---@field x? string|number|boolean # choice"),
        ] as [(JSONValue, String)])
    func input(facts: JSONValue, line: String) throws {
        var members = facts.objectValue ?? [:]
        members["name"] = "x"
        let stubs = try text(["id": "shop", "inputs": [.object(members)]])
        #expect(stubs.contains("\n\(line)\n"), "\(stubs)")
    }

    @Test("WorkflowStubs: more choices than an editor can show are counted")
    func manyChoices() throws {
        let choices = JSONValue.array((0..<201).map { .string("model \($0)") })
        let stubs = try text(["id": "shop", "inputs": [["name": "x", "type": "choice", "choices": choices]]])
        #expect(stubs.contains("\n---@field x? string|number|boolean # choice (one of 201)\n"), "\(stubs)")
    }

    @Test("WorkflowStubs: ids are offered with their titles, and any other id may be run")
    func ids() throws {
        let stubs = try text(["id": "a", "title": "Draws"], ["id": "b"])
        #expect(stubs.contains("\n---@alias workflow.id string\n---| \"a\" # Draws\n---| \"b\" # b\n"))
        #expect(
            stubs.contains("fun(workflow: workflow.id, input?: table, options?: speedpix.create.options): Prediction\n")
        )
    }

    @Test("WorkflowStubs: only a workflow that needs none can be run without an input")
    func requirement() throws {
        let needed: JSONValue = [["name": "x", "type": "string", "required": true]]
        let stubs = try text(["id": "a", "inputs": needed], ["id": "b"])
        #expect(stubs.contains(#"fun(workflow: "a", input: workflow.a.input, "#))
        #expect(stubs.contains(#"fun(workflow: "b", input?: workflow.b.input, "#))
    }

    @Test("WorkflowStubs: outputs that are not known are any, and known ones are a class with info")
    func outputs() throws {
        let stubs = try text(
            ["id": "a"],
            [
                "id": "b",
                "outputs": [
                    ["name": "images", "type": "file"], ["name": "parts", "type": "file", "always_array": true],
                    ["name": "n", "type": "integer"], ["name": "rest", "always_array": true],
                ],
            ])
        let unknown = #"(workflow: "a", input?: workflow.a.input, options?: speedpix.run.options): table<string, any>"#
        #expect(stubs.contains("---@overload fun\(unknown)\n") && !stubs.contains("workflow.a.output"))
        #expect(
            stubs.contains(
                """
                ---@class workflow.b.output
                ---@field images OutputFile|OutputFile[]
                ---@field parts OutputFile[]
                ---@field n integer
                ---@field rest any
                ---@field info any # what the workflow says of its run

                """))
    }

    @Test("WorkflowStubs: ids that make one class name get a number, and one that is there twice counts once")
    func classNames() throws {
        let stubs = try text(
            ["id": "a-b", "title": "first"], ["id": "a_b"], ["id": "a-b", "title": "second"], ["id": "商品图"])
        #expect(stubs.contains(#"fun(workflow: "a-b", input?: workflow.a_b.input, "#))
        #expect(stubs.contains(#"fun(workflow: "a_b", input?: workflow.a_b_2.input, "#))
        #expect(stubs.contains("---@class workflow.商品图.input\n"))
        #expect(stubs.contains("first") && !stubs.contains("second"))
    }

    /// Whatever a gateway says, the file is comments and empty functions.
    @Test("WorkflowStubs: nothing that a gateway says leaves its line")
    func hostileTexts() async throws {
        let hostile = "x\n\"]] end os.exit()\r\u{2028}--[[\u{202E}"
        let stubs = try text([
            "id": .string(hostile), "title": .string(hostile), "summary": .string(hostile),
            "inputs": [
                ["name": .string(hostile), "type": .string(hostile), "help": .string(hostile)],
                ["name": "private", "type": "choice", "choices": [.string(hostile)]],
                ["name": "long", "type": "string", "help": .string(String(repeating: "x", count: 5000))],
            ],
            "outputs": [["name": .string(hostile), "type": .string(hostile)]],
        ])
        for line in stubs.split(separator: "\n") {
            let isFunction = ["function speedpix.run(...) end", "function speedpix.create(...) end"].contains(line)
            #expect(line.hasPrefix("--") || isFunction, "\(line)")
            #expect(line.count < 1000, "\(line)")
        }
        #expect(stubs.contains("---@field public private? "))
        let vm = try LuaVM()
        let results = try await vm.run(
            LuaChunk("speedpix = {}\n\(stubs)\nreturn speedpix.run() == nil", name: "workflows.lua"))
        #expect(results == [true])
    }
}
