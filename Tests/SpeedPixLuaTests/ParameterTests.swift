import LuaRuntime
import SpeedPixLua
import Testing

@Suite("Declarations of speedpix.params")
struct ParameterTests {
    @Test(
        "speedpix.params refuses an invalid declaration and names the fault",
        arguments: [
            (
                "a = { type = 'integer', default = 'x' }",
                "default of the parameter 'a' must be a whole number, not string"
            ),
            ("a = { type = 'integer', default = 1.5 }", "must be a whole number"),
            ("a = { type = 'number', default = 9, max = 5 }", "over its max, 5"),
            ("a = { type = 'integer', default = 0, min = 1 }", "below its min, 1"),
            ("a = { type = 'number', min = 3, max = 1 }", "min of the parameter 'a' is over its max"),
            ("a = { type = 'string', min = 3 }", "is not a number"),
            ("a = { type = 'boolean', default = 'yes' }", "must be true or false"),
            ("a = { required = 'yes' }", "required of the parameter 'a' must be true or false"),
            ("a = { required = true, default = 'x' }", "would never be used"),
            ("a = { help = 1 }", "help of the parameter 'a' must be a string"),
            ("a = { type = 'integer', min = 'x' }", "min of the parameter 'a' must be a number"),
            ("a = { tpye = 'file' }", "unknown field 'tpye'"),
            ("a = { type = 'intger' }", "did you mean 'integer'?"), ("a = 1", "must be a table"),
        ])
    func invalidDeclarations(declaration: String, message: String) async throws {
        let error = try await ScriptFolder().failure("speedpix.params { \(declaration) }")
        #expect(
            error?.code == "invalid_argument" && error?.message.contains(message) == true,
            "\(error?.message ?? "accepted")")
    }

    @Test("Valid defaults of parameters are accepted")
    func validDefaults() async throws {
        let results = try await ScriptFolder().run(
            """
            local p = speedpix.params { a = { type = "number", default = 1, min = 1, max = 1 }, b = { type = "boolean", default = false },
              c = { type = "file", default = "x.jpg" }, d = {} }
            return p.a, p.b, p.c, p.d
            """)
        #expect(results == [1, false, "x.jpg", .nil])
    }

    @Test("Reading a parameter that was not declared is an error with the nearest name")
    func misspeltReads() async throws {
        let declaration = "local p = speedpix.params { folder = { default = 'x' }, note = {} }"
        let error = try await ScriptFolder().failure("\(declaration)\nprint(p.foldr)")
        #expect(error?.code == "invalid_argument" && error?.location?.line == 2)
        #expect(error?.message.contains("the script declares no parameter 'foldr'") == true)
        #expect(error?.hint == "did you mean 'folder'?")
        for name in ["x", "count", "Folder1"] {
            #expect(try await ScriptFolder().failure("\(declaration) print(p['\(name)'])")?.code == "invalid_argument")
        }
        // What is declared, what the script puts there, and walking over it are none.
        let values = try await ScriptFolder().run(
            """
            \(declaration)
            p.total = 3
            local names = {}
            for name, value in pairs(p) do names[#names + 1] = name .. "=" .. value end
            table.sort(names)
            return p.note, p.folder, p.total, table.concat(names, " "), json.encode(p, { sort_keys = true })
            """)
        #expect(values == [.nil, "x", 3, "folder=x total=3", #"{"folder":"x","total":3}"#])
    }

    @Test(
        "A value that is missing, wrong or of no parameter has the script's parameters with it",
        arguments: [
            ([:], "the parameter image is missing"),
            (["image": "a.jpg", "count": "x"], "count must be a whole number"),
            (["image": "a.jpg", "count": "0"], "count must be at least 1"),
            (["image": "none.jpg"], "the parameter image: "),
            (["image": "a.jpg", "cuont": "3"], "the script has no parameter 'cuont'"),
        ] as [([String: String], String)])
    func wrongValues(arguments: [String: String], message: String) async throws {
        let folder = try ScriptFolder()
        try folder.write("x", to: "a.jpg")
        var host = try folder.host()
        host.arguments = arguments
        let script =
            "speedpix.params { image = { type = 'file', required = true }, count = { type = 'integer', min = 1 } }"
        let error = try #require(await folder.failure(script, host: host))
        #expect(error.message.contains(message), "\(error.message)")
        #expect(
            ParameterError.usage(in: error) == ["image=FILE  (required)", "count=INTEGER  (at least 1)"],
            "\(ParameterError.usage(in: error) ?? [])")
    }

    @Test("Arguments of a script that never declares parameters are known as unread")
    func unreadArguments() async throws {
        let folder = try ScriptFolder()
        var host = try folder.host()
        #expect(host.unreadArguments == nil)
        host.arguments = ["foo": "bar"]
        try await folder.run("print(1)", host: host)
        #expect(
            host.unreadArguments?.luaFields["message"]?.text == "the script has no parameter 'foo': it declares none")
        try await folder.run("speedpix.params { foo = {} }", host: host)
        #expect(host.unreadArguments == nil)
    }

    @Test("A second call of speedpix.params is refused where there are arguments, which belong to the first")
    func twice() async throws {
        let folder = try ScriptFolder()
        let script = "speedpix.params { foo = {} } return speedpix.params { b = { default = 'x' } }.b"
        var host = try folder.host()
        host.arguments = ["foo": "bar"]
        let error = await folder.failure(script, host: host)
        #expect(error?.message.contains("speedpix.params was called before") == true, "\(error?.message ?? "none")")
        #expect(try await folder.run(script) == ["x"])
    }
}
