import Imaging
import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The description, the functions that are really there, and the pages made of it must say the same.
@Suite("The reference of the Lua API")
struct ReferenceTests {
    private let reference = ScriptReference.all

    @Test("The reference lists exactly the fields that each module has")
    func fieldsOfModules() async throws {
        let folder = try ScriptFolder()
        for module in reference.modules where !module.name.isEmpty {
            let results = try await folder.run(
                "local names = {} for name in pairs(\(module.name)) do names[#names + 1] = name end return table.concat(names, ' ')"
            )
            let registered = Set((results.first?.text ?? "").split(separator: " ").map(String.init))
            let described = module.functions.map(\.name) + module.values.map(\.name)
            #expect(registered == Set(described), "\(module.name)")
            #expect(described.count == Set(described).count, "\(module.name)")
        }
    }

    @Test("createFunctions are run and create, as globals and in their module")
    func createFunctions() {
        #expect(ScriptReference.createFunctions == ["run", "create", "speedpix.run", "speedpix.create"])
    }

    @Test("The reference lists exactly the globals that are not Lua's own")
    func listedGlobals() async throws {
        let results = try await ScriptFolder().run(
            "local names = {} for name in pairs(_G) do names[#names + 1] = name end return table.concat(names, ' ')")
        let registered = Set((results.first?.text ?? "").split(separator: " ").map(String.init))
        let ofLua: Set = [
            "_G", "_VERSION", "assert", "collectgarbage", "coroutine", "debug", "error", "getmetatable", "ipairs",
            "load", "math",
            "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable", "string",
            "table",
            "tonumber", "tostring", "type", "utf8", "warn", "xpcall",
        ]
        let described = reference.modules.flatMap { module in
            module.name.isEmpty ? module.functions.map(\.name) : [module.name] + module.globals
        }
        #expect(registered.subtracting(ofLua) == Set(described))
    }

    @Test("The reference lists exactly the members that each class has")
    func membersOfClasses() throws {
        let types = SpeedPixModule.modules(try ScriptFolder().host()).flatMap(\.classes)
        let registered = Dictionary(uniqueKeysWithValues: types.map { ($0.luaClass.name, $0.luaClass) })
        #expect(Set(reference.classes.map(\.shownName)) == Set(registered.keys))
        // Its methods are Lua's own, in front of the host's; the next test calls them.
        for described in reference.classes where described.shownName != "file handle" {
            let actual = try #require(registered[described.shownName])
            #expect(actual.methods.map(\.name) == described.methods.map(\.name), "\(described.name)")
        }
    }

    @Test("A file handle has each method that the reference lists")
    func methodsOfFileHandles() async throws {
        let handle = try #require(reference.classes.first { $0.name == "FileHandle" })
        let names = handle.methods.map { "'\($0.name)'" }.joined(separator: ", ")
        try await ScriptFolder().run(
            """
            local f = io.open("x", "w")
            for _, name in ipairs { \(names) } do assert(type(f[name]) == "function", name) end
            assert(f.popen == nil)
            """)
    }

    /// Every function is called with an option that there is not; the error lists those that there are.
    @Test("The reference lists exactly the options that each function takes")
    func listedOptions() async throws {
        let folder = try ScriptFolder()
        let image = try Image.blank(width: 2, height: 2)
        try folder.write(try image.encoded(), to: "x.png")
        let replies = ScriptedTransport([], then: .ok(["taskId": "t-1"]))
        let host = try folder.host(transport: replies)
        var functions = reference.modules.flatMap { module in
            module.functions.map { (call: module.name.isEmpty ? $0.name : "\(module.name).\($0.name)", function: $0) }
        }
        for (type, object) in [("Picture", "image.blank(2, 2)"), ("Prediction", "create('w')")] {
            let methods = reference.classes.first { $0.name == type }?.methods ?? []
            functions += methods.map { ("\(object):\($0.name)", $0) }
        }
        var checked = 0
        for (call, function) in functions where !function.options.isEmpty {
            let arguments = function.parameters.map { Self.sample($0.type) } + ["{ qqqqqq = 1 }"]
            let error = await folder.failure("return \(call)(\(arguments.joined(separator: ", ")))", host: host)
            let names = function.options.map(\.name).sorted().joined(separator: ", ")
            #expect(
                error?.message.contains("has no option 'qqqqqq'") == true, "\(call): \(error?.message ?? "no error")")
            #expect(error?.hint == "there are: \(names)", "\(call)")
            checked += 1
        }
        #expect(checked > 25)
    }

    private static func sample(_ type: String) -> String {
        if type.hasPrefix("string") { return "'x.png'" }
        if type.hasPrefix("\"") { return String(type.prefix { $0 != "|" }) }
        if type.hasPrefix("fun(") { return "print" }
        switch type {
        case "any": return "1"
        case "Picture",
            _ where type.hasPrefix("Picture|"):
            return "image.blank(2, 2)"
        case "Prediction": return "create('w')"
        case _ where type.hasPrefix("(Picture"): return "{ image.blank(2, 2) }"
        default: return "{}"
        }
    }

    @Test("The reference names only known error codes, and summarizes each function")
    func errorCodes() {
        let known = Set(reference.errors.map(\.code))
        let functions = reference.modules.flatMap(\.functions) + reference.classes.flatMap(\.methods)
        for function in functions {
            #expect(Set(function.errors).isSubset(of: known), "\(function.name)")
            #expect(!function.summary.isEmpty, "\(function.name)")
            for name in function.inOrder {
                #expect(function.options.contains { $0.name == name }, "\(function.name)")
            }
        }
    }

    @Test("Each topic of the help has a text")
    func helpTopics() throws {
        #expect(reference.topics.count > 140)
        for topic in reference.topics {
            #expect(reference.help(for: topic)?.isEmpty == false, "\(topic)")
        }
        let run = try #require(reference.help(for: "run"))
        #expect(
            run.hasPrefix("run(workflow, input?, options?) → table<string, any>\n")
                && run.contains("\n  alias_id  which published"))
        #expect(reference.help(for: "picture:resize")?.contains("fit") == true)
        #expect(reference.help(for: "not_allowed")?.contains("--allow-read") == true)
        #expect(reference.help(for: "runn") == nil)
    }

    /// With `SPEEDPIX_WRITE_REFERENCE` set it writes the pages instead: `scripts/reference`.
    @Test("The generated page and stubs are up to date", arguments: ["docs/lua-reference.md", "docs/lua/speedpix.lua"])
    func generatedPages(name: String) throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let url = URL(filePath: "/\(root)/\(name)")
        let text = name.hasSuffix(".md") ? ScriptReference.page : reference.stubs()
        if ProcessInfo.processInfo.environment["SPEEDPIX_WRITE_REFERENCE"] != nil {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        #expect(String(decoding: try Data(contentsOf: url), as: UTF8.self) == text, "run scripts/reference")
    }

    @Test("The generated stubs run as Lua")
    func generatedStubs() async throws {
        // A language server reads them, and so does Lua: nothing in them but comments and empty functions.
        try await LuaVM().run(LuaChunk(reference.stubs(), name: "speedpix.lua"))
    }
}
