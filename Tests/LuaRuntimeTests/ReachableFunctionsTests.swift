import Testing

@testable import LuaRuntime

/// Every function of Lua's own that a script can reach, and why none of them can hold up the end of a run.
@Suite("Functions that scripts can reach")
struct ReachableFunctionsTests {
    /// How a function ends when its run is to end.
    private enum Bound {
        /// It does a fixed amount of work.
        case constant
        /// It works through one string or two, which the memory limit bounds: at 512 MiB some tenths of a second.
        case oneString
        /// It works through a list that is there, which the memory limit bounds; a list that claims to be longer, through
        /// its metatable, is gone through in lists.c, which polls the stop flag every some elements.
        case list
        /// pattern.c polls the stop flag every some steps, and bounds the steps.
        case pattern
        /// What it calls is Lua, whose hook polls the stop flag at each call where Lua cannot yield.
        case calls
        /// library.c or another file of the bridge replaces it.
        case replaced(String)
    }

    private static let table: [String: Bound] = {
        var table: [String: Bound] = [
            "assert": .constant, "error": .constant, "getmetatable": .constant, "ipairs": .constant, "next": .constant,
            "pairs": .calls, "pcall": .calls, "rawequal": .oneString, "rawget": .constant, "rawlen": .constant,
            "rawset": .constant, "select": .constant, "tonumber": .oneString, "tostring": .calls, "type": .constant,
            "xpcall": .calls, "collectgarbage": .replaced("polls; 16 whole collections, then 10,000 allocations"),
            "load": .replaced("text only; a reader is called for each piece, and each call polls the stop flag"),
            "setmetatable": .replaced("constant; refuses __gc"), "print": .replaced("the host's"),
            "debug.traceback": .replaced("some tens of lines"),
            "coroutine.close": .replaced("one close, whose variables are Lua"), "coroutine.create": .constant,
            "coroutine.isyieldable": .constant, "coroutine.resume": .calls, "coroutine.running": .constant,
            "coroutine.status": .constant, "coroutine.wrap": .constant, "coroutine.yield": .constant,
            "string.byte": .oneString, "string.char": .oneString, "string.find": .pattern, "string.format": .calls,
            "string.gmatch": .pattern, "string.gsub": .pattern, "string.len": .constant, "string.lower": .oneString,
            "string.match": .pattern, "string.pack": .oneString, "string.packsize": .oneString,
            "string.rep": .oneString,
            "string.reverse": .oneString, "string.sub": .oneString, "string.unpack": .oneString,
            "string.upper": .oneString, "table.concat": .list, "table.insert": .list, "table.move": .list,
            "table.pack": .constant, "table.remove": .list,
            "table.sort": .replaced("lists.c: polls the stop flag every some comparisons"), "table.unpack": .list,
            "utf8.char": .oneString, "utf8.codepoint": .oneString, "utf8.codes": .constant, "utf8.len": .oneString,
            "utf8.offset": .oneString, "os.clock": .constant,
            "os.date": .oneString, "os.difftime": .constant, "os.time": .constant, "warn": .constant,
        ]
        let mathematics = [
            "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "log", "max", "min", "modf",
            "rad", "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type", "ult",
        ]
        for name in mathematics { table["math.\(name)"] = .constant }
        return table
    }()

    @Test("Each function that scripts can reach is in the table of bounds")
    func all() async throws {
        let names = try await LuaVM().run(
            LuaChunk(
                """
                local seen, names = {}, {}
                local function walk(list, prefix)
                  if seen[list] then return end
                  seen[list] = true
                  for key, value in pairs(list) do
                    if type(value) == "function" then names[#names + 1] = prefix .. tostring(key) end
                    if type(value) == "table" then walk(value, key == "_G" and prefix or prefix .. tostring(key) .. ".") end
                  end
                end
                walk(_G, "")
                return names, getmetatable("")
                """, name: "walk"))
        let found = Set(names[0].tableValue?.items.compactMap(\.text) ?? [])
        #expect(found.subtracting(Self.table.keys).sorted() == [])
        #expect(Set(Self.table.keys).subtracting(found).sorted() == [])
        // Nor does the metatable of strings lead to more.
        #expect(names[1] == .boolean(false))
    }

    @Test("Functions that work through one string end soon at the memory limit", .timeLimit(.minutes(1)))
    func strings() async throws {
        var limits = LuaLimits()
        limits.memory = 64 << 20
        let vm = try LuaVM(limits: limits)
        let result = try await vm.run(
            LuaChunk(
                """
                local s = ("a"):rep(20 << 20)
                return #s:upper() + #s:reverse() + #s:lower() + #s:sub(2) + #string.format("%s", s) + #string.pack("s", s)
                  + utf8.len(s) + (s < s .. "b" and 1 or 0) + (tonumber(s) or 0) + #(s .. "b")
                """, name: "strings"))
        #expect(result.first == .integer(Int64((20 << 20) * 8 + 9)))
    }
}
