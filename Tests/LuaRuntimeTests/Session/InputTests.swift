import LuaRuntime
import Testing

@Suite("Classification of typed input")
struct InputTests {
    private func kind(_ text: String) -> String {
        switch LuaInput(text, name: "t") {
        case .expression: "expression"
        case .statements: "statements"
        case .incomplete: "incomplete"
        case .failure: "failure"
        case .empty: "empty"
        }
    }

    @Test(
        "LuaInput classifies text that has values as an expression",
        arguments: [
            "1 + 1", "x", "{1, 2}", "f(1)", "f 'x'", "function() return 1 end", "...", "\"a\" .. b", "1, 2", "x -- why",
            "#t", "print(1);", "not a", "{\n1,\n}", "(f)(g)",
        ])
    func expressions(text: String) {
        #expect(kind(text) == "expression")
    }

    @Test(
        "LuaInput classifies text without values as statements",
        arguments: [
            "x = 1", "local x", "f() g()", "for i = 1, 2 do end", "return 1", "return", "if x then y() end",
            "::a:: goto a",
            "function f() end", "do end",
        ])
    func statementInputs(text: String) {
        #expect(kind(text) == "statements")
    }

    @Test(
        "LuaInput classifies unfinished text as incomplete",
        arguments: [
            "for i = 1, 2 do", "function f()", "if x then", "f(", "{1,", "x =", "1 +", "\"a\" ..", "local", "repeat",
            "s = [[", "[==[ text ]]", "--[[ comment", "while true", "f(function()", "local x <const> =", "return {",
            "x = 1 +",
        ])
    func incompleteInput(text: String) {
        #expect(kind(text) == "incomplete")
    }

    @Test(
        "LuaInput classifies a syntax error that no further line can mend as a failure",
        arguments: ["x y", "1 +* 2", "end", "'abc", "for i = 1, do", "x = = 1", "f)", "local 1", "goto nowhere"])
    func syntaxErrors(text: String) {
        #expect(kind(text) == "failure")
    }

    @Test(
        "LuaInput classifies blanks and comments as empty",
        arguments: ["", "  \n ", "-- only a comment", "--[[ a long one ]]"])
    func emptyInput(text: String) {
        #expect(kind(text) == "empty")
    }

    @Test("LuaInput reports a syntax error with its line")
    func lineOfASyntaxError() throws {
        guard case .failure(let error) = LuaInput("x = 1\ny z", name: "input") else {
            Issue.record("no failure")
            return
        }
        #expect(error.message.hasPrefix("input:2: syntax error near"))
    }
}
