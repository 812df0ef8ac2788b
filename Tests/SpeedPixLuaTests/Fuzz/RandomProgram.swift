import LuaRuntime
import SpeedPixTestSupport

@testable import SpeedPixLua

/// Random Lua over everything that the reference lists: values that are shared and cyclic, tasks that nest and are dropped,
/// coroutines, closers, errors of every kind.
struct RandomProgram {
    private var random: SeededGenerator
    private var depth = 0

    /// Every function that scripts have, as they call it.
    private static let functions: [String] = {
        var names: [String] = []
        for module in ScriptReference.all.modules {
            for function in module.functions {
                names.append(module.name.isEmpty ? function.name : "\(module.name).\(function.name)")
            }
        }
        return names
            + [
                "string.rep", "string.format", "string.gsub", "string.find", "string.pack", "string.unpack",
                "table.concat", "table.insert", "table.remove", "table.sort", "table.unpack", "table.move",
                "table.pack",
                "setmetatable", "getmetatable", "rawset", "rawget", "rawlen", "next", "select", "tostring", "tonumber",
                "load", "pcall", "xpcall", "error", "assert", "collectgarbage", "coroutine.wrap", "coroutine.create",
                "coroutine.resume", "coroutine.close", "coroutine.status", "coroutine.yield", "utf8.char", "utf8.len",
                "math.random", "math.tointeger", "fuzz.swap", "fuzz.call", "fuzz.later",
            ]
    }()

    private static let members: [String] =
        ScriptReference.all.classes.flatMap { $0.methods.map(\.name) + $0.properties.map(\.name) } + [
            "close", "x", "n",
        ]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func source() -> String {
        var lines = ["local a, b, c, d, e, f = {}, {}, 1, 'x', nil, function(...) return ... end"]
        for _ in 0..<(3 + random.below(12)) { lines.append(statement()) }
        return lines.joined(separator: "\n")
    }

    private var name: String { mutating get { random.pick(["a", "b", "c", "d", "e", "f", "g", "h"]) } }

    private mutating func block(_ count: Int = 3) -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 5 else { return "\(name) = \(name)" }
        return (0..<(1 + random.below(count))).map { _ in statement() }.joined(separator: " ")
    }

    private mutating func statement() -> String {
        guard depth < 6 else { return "c = 1;" }
        switch random.below(20) {
        case 0, 1: return "\(name) = \(expression());"
        case 2: return "\(name) = {\(name), \(name), [\(expression())] = \(name), n = \(name)};"
        case 3: return "pcall(function() \(name)[\(expression())] = \(name) end);"
        case 4: return "for i = 1, \(1 + random.below(40)) do \(block()) end"
        case 5: return "pcall(function(...) \(block()) end, \(expression()));"
        case 6: return "\(name) = speedpix.spawn(function(...) \(block()) end, \(name));"
        case 7:
            return "local function nest(n) \(block(2)) if n > 0 then speedpix.spawn(nest, n - 1) end end"
                + " pcall(nest, \(random.below(60)));"
        case 8:
            return "pcall(function() local x <close> = setmetatable({}, { __close = function(...) \(block(2)) end })"
                + " \(block(2)) end);"
        case 9: return "\(name) = coroutine.wrap(function(...) \(block()) coroutine.yield(\(name)) \(block(2)) end);"
        case 10: return "pcall(setmetatable, \(name), { __index = \(expression()), __len = f, __lt = f, __call = f });"
        case 11: return "pcall(speedpix.map, {\(name), \(name), 1, 2}, function(...) \(block()) return \(name) end);"
        case 12: return "if \(expression()) then \(block()) else \(block()) end"
        case 13: return "\(name) = function(...) \(block()) return \(name), ... end;"
        case 14: return "pcall(error, \(name));"
        default: return "pcall(function() \(name) = \(call()) end);"
        }
    }

    private mutating func call() -> String {
        let arguments = (0..<random.below(4)).map { _ in expression() }.joined(separator: ", ")
        switch random.below(10) {
        case 0: return "\(name)(\(arguments))"
        case 1, 2: return "\(name):\(random.pick(Self.members))(\(arguments))"
        case 3: return "\(name).\(random.pick(Self.members))"
        case 4:
            // The right kinds of values get further than any others.
            let workflow = random.pick(["'w'", "'echo'"])
            return "\(random.pick(["run", "create"]))(\(workflow), {text = \(expression())}, \(expression()))"
        default: return "\(random.pick(Self.functions))(\(arguments))"
        }
    }

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 6 else { return name }
        switch random.below(22) {
        case 0: return "nil"
        case 1: return random.pick(["true", "false"])
        case 2: return String(random.below(1000) - 10)
        case 3: return random.pick(["1/0", "0/0", "-1/0", "1 << 62", "1 << 63", "-1", "0", "2^53", "1e308", "0.5"])
        case 4:
            return random.pick(["''", "'x'", "'\\0\\255'", "'./a.txt'", "'a.png'", "'{}'", "'[1,2]'", "'%d'", "'雪'"])
        case 5: return "('x'):rep(\(random.pick(["0", "10", "1e3", "1e5"])))"
        case 6: return "{}"
        case 7: return "{\(expression()), \(expression())}"
        case 8: return "{timeout = \(expression()), concurrency = \(expression()), n = \(name)}"
        case 9: return "function(...) \(block(2)) return ... end"
        case 10: return "#\(name)"
        case 11: return "\(name) .. \(name)"
        case 12: return "\(name) == \(name)"
        case 13: return "\(name) < \(name)"
        case 14: return "\(name)[\(name)]"
        case 15, 16: return "(select(2, pcall(function() return \(call()) end)))"
        case 17: return "(...)"
        default: return name
        }
    }
}
