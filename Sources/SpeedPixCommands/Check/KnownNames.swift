import LuaRuntime
import SpeedPix
import SpeedPixLua

/// What a script can name: what is really there in a VM, and what the reference has about it.
struct KnownNames: Sendable {
    /// The globals; of those that are tables, the names in them.
    var globals: [String: Set<String>?] = [:]
    private let reference = ScriptReference.all

    init(_ context: CommandContext) async throws {
        let noAccount = try SpeedPixClient.Configuration(appKey: "none", appSecret: "none")
        let plan = try HostPlan(
            noAccount, sandbox: SandboxOptions.parse([]), withheld: [], directory: context.workingDirectory,
            in: context)
        let host = ScriptHost(plan, streams: .none, context, onEvent: { _ in })
        let results = try await LuaVM(modules: SpeedPixModule.modules(host)).run(
            LuaChunk(
                """
                local lines = {}
                for name, value in pairs(_G) do
                  lines[#lines + 1] = name
                  -- The API's modules are userdata that pairs can walk.
                  if (type(value) == "table" or type(value) == "userdata") and value ~= _G then
                    lines[#lines] = name .. " ="
                    for field in pairs(value) do lines[#lines] = lines[#lines] .. " " .. tostring(field) end
                  end
                end
                return table.concat(lines, "\\n")
                """, name: "names"))
        for line in (results.first?.text ?? "").split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            globals[words[0]] = .some(words.count > 1 ? Set(words.dropFirst(2)) : nil)
        }
    }

    /// Whether a name is the global of a module, and the names in it.
    func members(of name: String) -> Set<String>? { globals[name] ?? nil }

    func function(_ path: [String]) -> LuaReference.Function? {
        for module in reference.modules {
            if path.count == 1, module.globals.contains(path[0]) || module.name.isEmpty {
                if let function = module.functions.first(where: { $0.name == path[0] }) { return function }
            }
            if path.count == 2, module.name == path[0] { return module.functions.first { $0.name == path[1] } }
        }
        return nil
    }

    func type(_ name: String) -> LuaReference.Class? {
        reference.classes.first { $0.name == name }
    }

    /// The type of what a function gives, if it is one of the API's.
    func result(of function: LuaReference.Function?) -> String? {
        function.flatMap { type($0.returns) }?.name
    }

    /// Every method of the API, by name.
    func methods(_ name: String) -> [LuaReference.Function] {
        reference.classes.flatMap(\.methods).filter { $0.name == name }
    }

    /// The names of all methods that there are, of Lua's strings as well.
    var methodNames: Set<String> {
        Set(reference.classes.flatMap(\.methods).map(\.name)).union(members(of: "string") ?? [])
    }
}
