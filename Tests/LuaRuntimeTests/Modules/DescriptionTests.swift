import Testing

@testable import LuaRuntime

/// What the description of a function says of its arguments is checked before the function runs.
@Suite("Calls checked by descriptions")
struct DescriptionTests {
    private static let module = LuaModule(
        name: "m",
        functions: [
            .immediate("number", .init("", ["x: number", "y?: number"])) { _ in "called" },
            .immediate("several", .init("", ["source: string|Picture|string[] — a path, a picture or a list"])) { _ in
                "called"
            },
            .immediate("unnamed", .init("", ["x: string|boolean"])) { _ in "called" },
            .immediate("any", .init("", ["value: any"])) { _ in "called" },
            .immediate("choice", .init("", ["when: \"a|b\"|\"c\"|false"])) { _ in "called" },
            .immediate("callback", .init("", ["fn: fun(a: string|number): any", "...: string"])) { _ in "called" },
            .immediate("options", .init("", ["x: number"], options: ["size: integer", "name: string|string[]"])) {
                _ = try $0.options()
                return "called"
            },
            .immediate(
                "in_order", .init("", options: ["width: integer", "color: string"], inOrder: ["width", "color"])
            ) {
                let options = try $0.options()
                return .string("\(try options.integer("width") ?? 0) \(try options.string("color") ?? "none")")
            },
            .immediate("undescribed") { .optional(try $0.string(1)) },
            .waiting("waiting", .init("", ["x: table"])) { _ in { _ in "called" } },
        ])

    private func message(_ source: String) async throws -> String {
        let chunk = LuaChunk(
            "local ok, e = pcall(function() return \(source) end) return ok and e or e.message", name: "test")
        return try await LuaVM(modules: [Self.module]).run(chunk).first?.text ?? "nothing"
    }

    @Test(
        "Arguments of the described types, and more than there are parameters, are accepted",
        arguments: [
            "m.number(1)", "m.number(1.5, nil)", "m.number(1, 2, 'more')", "m.several('x')", "m.several({})",
            "m.unnamed(false)", "m.any()", "m.any(print)", "m.choice('z')", "m.choice(false)", "m.callback(print)",
            "m.callback(print, 'a', 'b')", "m.options(1)", "m.options(1, { size = 2, name = { 'x' } })",
            "m.waiting({})",
        ])
    func accepted(source: String) async throws {
        #expect(try await message(source) == "called")
    }

    @Test(
        "A missing argument and one of another type are named with what was expected",
        arguments: [
            ("m.number()", "x, argument 1 of m.number, must be a number, not nothing"),
            ("m.number('1')", "x, argument 1 of m.number, must be a number, not string"),
            ("m.number(1, 'x')", "y, argument 2 of m.number, must be a number, not string"),
            ("m.several(1)", "source, argument 1 of m.several, must be a path, a picture or a list, not number"),
            ("m.unnamed(1)", "x, argument 1 of m.unnamed, must be a string or true or false, not number"),
            ("m.callback('x')", "fn, argument 1 of m.callback, must be a function, not string"),
            ("m.callback(print, 'a', 2)", "argument 3 of m.callback must be a string, not number"),
            ("m.waiting()", "x, argument 1 of m.waiting, must be a table, not nothing"),
            ("m.options(1, 2)", "options, argument 2 of m.options, must be a table, not number"),
            ("m.options(1, { size = 'x' })", "option 'size' of m.options must be an integer, not string"),
            ("m.options(1, { name = 1 })", "option 'name' of m.options must be a string or a list, not number"),
            ("m.options(1, { sise = 1 })", "m.options has no option 'sise'"),
            ("m.in_order('x')", "option 'width' of m.in_order must be an integer, not string"),
            ("m.undescribed(1)", "argument 1 of m.undescribed must be a string, not number"),
        ])
    func refused(source: String, expected: String) async throws {
        #expect(try await message(source) == expected)
    }

    @Test(
        "Options that may be given in order are the same with and without the table",
        arguments: [
            ("m.in_order()", "0 none"), ("m.in_order(2)", "2 none"), ("m.in_order(2, 'red')", "2 red"),
            ("m.in_order { width = 2, color = 'red' }", "2 red"), ("m.in_order(2, { color = 'red' })", "2 red"),
        ])
    func inOrder(source: String, expected: String) async throws {
        #expect(try await message(source) == expected)
    }
}
