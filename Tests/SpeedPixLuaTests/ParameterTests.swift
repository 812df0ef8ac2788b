import LuaRuntime
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
}
