import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("Modules with a Lua text")
struct ModuleSourceTests {
    private static let source = """
        local host, name = ...
        local shapes = { name = name }
        function shapes.area(width, height)
          return host.multiply(width, height)
        end
        function shapes.each(list, fn)
          local results = {}
          for i, item in ipairs(list) do
            results[i] = fn(item)
          end
          return results
        end
        function shapes.broken(value)
          return value.field.field
        end
        function shapes.wait(name)
          return host.later(name)
        end
        return shapes
        """

    private func module(gate: Gate = Gate()) -> LuaModule {
        LuaModule(
            name: "shapes", summary: "Shapes.",
            functions: [
                .immediate("multiply") { .number(try $0.number(1) * $0.number(2)) },
                .waiting("later") { arguments in
                    let name = try arguments.string(1)
                    return { _ in
                        await gate.wait(name)
                        return .string(name)
                    }
                },
                .inSource("area", .init("An area.", ["width: number", "height: number"], returns: "number")),
                .inSource("each", .init("Calls fn for each.", ["list: any[]", "fn: function"], returns: "any[]")),
                .inSource("broken", .init("Fails.", ["value: table"])),
            ], globals: ["area"], source: Self.source)
    }

    private func run(_ script: String, module: LuaModule? = nil) async throws -> [LuaValue] {
        try await LuaVM(modules: [module ?? self.module()]).run(LuaChunk(script, name: "main.lua"))
    }

    private func failure(_ script: String) async -> LuaError? {
        do {
            _ = try await run(script)
            return nil
        } catch {
            return error as? LuaError
        }
    }

    @Test("A script calls the functions of the text, which call the host's")
    func functions() async throws {
        #expect(try await run("return shapes.area(2, 3), area(1, 1), shapes.name") == [6.0, 1.0, "shapes"])
        #expect(try await run("return shapes.each({ 1, 2 }, function(x) return x * 2 end)") == [[2, 4]])
        let error = await failure("shapes.aera(1, 2)")
        #expect(error?.value["hint"]?.text?.contains("did you mean 'area'?") == true)
        #expect(await failure("shapes.area = 1") != nil)
    }

    @Test("A function of the text can wait, and is stopped with its script")
    func waiting() async throws {
        let gate = Gate()
        let vm = try LuaVM(modules: [module(gate: gate)])
        let script = Task { try await vm.run(LuaChunk("return shapes.wait('a')", name: "main.lua")) }
        await gate.waitForStarts(1)
        gate.open("a")
        #expect(try await script.value == ["a"])
    }

    @Test("Calls are checked by the descriptions before the text sees them")
    func checks() async {
        let error = await failure("\nshapes.each({ 1 })")
        #expect(error?.code == "invalid_argument")
        #expect(
            error?.message
                == "main.lua:2: invalid_argument: fn, argument 2 of shapes.each, must be a function, not nothing")
        #expect(error?.location?.line == 2)
        #expect(await failure("area('x', 1)")?.message.contains("width, argument 1 of area, must be a number") == true)
    }

    @Test("An error in the text names it with its line, and the script's line in the traceback")
    func errors() async {
        let error = await failure("\n\nlocal x = shapes.broken({})\nreturn x")
        #expect(error?.message == "shapes:14: attempt to index a nil value (field 'field')", "\(error?.message ?? "")")
        #expect(error?.location?.file == "shapes" && error?.location?.line == 14)
        let lines = (error?.traceback ?? "").split(separator: "\n").dropFirst()
        #expect(lines.first?.contains("shapes:14:") == true, "\(error?.traceback ?? "")")
        #expect(lines.last == "\tmain.lua:3: in main chunk")
        #expect(!(error?.traceback.contains("[shapes]") ?? true))
    }

    @Test("An error of a callback goes through the text unchanged")
    func callbackErrors() async {
        let error = await failure("shapes.each({ 1 }, function()\n  error({ code = 'mine' })\nend)")
        #expect(error?.code == "mine")
        #expect(error?.traceback.contains("shapes:9:") == true, "\(error?.traceback ?? "")")
    }

    private static let faults: [(String, String)] = [
        ("local x =\n= 1", "lib/shapes.lua:2: unexpected symbol near '='"),
        ("x =", "lib/shapes.lua:1: unexpected symbol near <eof>"),
        ("\nerror('no')", "lib/shapes.lua:2: no"),
        ("return 7", "the Lua text of the module 'shapes' must return a table, not number"),
        ("return { area = 1 }", "the Lua text of the module 'shapes' returns no function 'area'"),
        ("return {}", "the Lua text of the module 'shapes' returns no function 'area'"),
        ("\u{1B}Lua", "attempt to load a binary chunk"),
    ]

    @Test("A VM refuses a text that does not compile, fails, or lacks a described function", arguments: faults)
    func refusedTexts(text: String, message: String) {
        var module = LuaModule(name: "shapes", functions: [.inSource("area", .init("An area."))])
        module.source = LuaChunk(text, name: "lib/shapes.lua")
        let error = #expect(throws: LuaError.self) { try LuaVM(modules: [module]) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A VM refuses a described function without a text to define it")
    func missingText() {
        let error = #expect(throws: LuaError.self) {
            try LuaVM(modules: [LuaModule(name: "m", functions: [.inSource("f", .init("A function."))])])
        }
        #expect(error?.message == "the module 'm' has no Lua text to define 'f'")
    }

    @Test("A text may hold any bytes")
    func bytes() async throws {
        var module = LuaModule(name: "m")
        module.source = LuaChunk(
            Array("#!/usr/bin/lua\r\nreturn { s = '\"\\\\é\0".utf8) + [0xFF] + Array("]==]' .. 1 }".utf8), name: "m")
        #expect(
            try await run("return m.s", module: module) == [
                .string(LuaString(Array("\"\\é\0".utf8) + [0xFF] + Array("]==]1".utf8)))
            ])
    }

    @Test("A VM with such a module either starts or reports a lack of memory, whatever the limit")
    func memory() throws {
        var limits = LuaLimits()
        limits.memory = 16 << 10
        var failures = 0
        while true {
            do {
                _ = try LuaVM(limits: limits, modules: [module()])
                break
            } catch let error as LuaError {
                #expect(error.kind == .memory, "\(limits.memory): \(error)")
                failures += 1
            }
            limits.memory += 200
            try #require(limits.memory < 4 << 20)
        }
        #expect(failures > 10)
    }

    @Test("The reference, stubs and help tell of the text's functions")
    func reference() {
        let reference = LuaReference(
            [module()], errors: [.init("too_big", "a shape is too big", "make it smaller")],
            errorFields: ["area: number"])
        #expect(reference.topics == ["area", "shapes", "shapes.area", "shapes.broken", "shapes.each", "too_big"])
        #expect(reference.help(for: "area") == "area(width, height) → number\nAn area.")
        let stubs = reference.stubs()
        #expect(
            stubs.contains(
                "---@param width number\n---@param height number\n---@return number\nfunction shapes.area(width, height) end"
            ))
        #expect(stubs.contains("---@field code \"too_big\"\n") && stubs.contains("---@field area number\n"))
        #expect(reference.markdown(introduction: "# Shapes").contains("### `shapes.each(list, fn) → any[]`"))
        #expect(!LuaReference([module()]).markdown(introduction: "").contains("Error codes"))
    }
}
