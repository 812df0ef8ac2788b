import Foundation
import LuaRuntime
import SpeedPix
import SpeedPixLua
import SpeedPixTesting
import Testing

@testable import LuaHost

@Suite("The module shop", .timeLimit(.minutes(1)))
struct ShopModuleTests {
    /// Runs a script with the whole API, the module, and a service in memory.
    private func run(_ script: String, _ client: SpeedPixClient = SpeedPixClient.stubbed().0) async throws -> [LuaValue]
    {
        let folder = FileManager.default.temporaryDirectory.path(percentEncoded: false)
        let files = FileAccess(workingDirectory: folder, outputDirectory: folder, homeDirectory: folder)
        let host = ScriptHost(client: client, files: files, streams: .none)
        let vm = try SpeedPixModule.makeVM(host, adding: [ShopModule.module])
        return try await vm.run(LuaChunk(script, name: "test.lua"))
    }

    @Test("product gives the name and the price")
    func product() async throws {
        #expect(try await run("local p = shop.product('lamp') return p.name, p.price") == ["lamp", 19.5])
    }

    @Test("each calls its function once for each name, in order")
    func each() async throws {
        let script = """
            local names = {}
            shop.each({ "lamp", "chair" }, function(product) table.insert(names, product.name) end)
            return table.concat(names, " ")
            """
        #expect(try await run(script) == ["lamp chair"])
    }

    @Test("product raises not_found for an unknown name, with a hint")
    func unknown() async throws {
        let script = "local ok, e = pcall(shop.product, 'sofa') return ok, e.code, e.hint"
        #expect(try await run(script) == [false, "not_found", "there are lamp and chair"])
    }

    @Test("A script uses the module and the service together")
    func together() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("text-to-image", .succeed(output: ["images": stub.file([7], named: "a.png")]))
        let script = "return run('text-to-image', { prompt = shop.product('chair').name }).images.filename"
        #expect(try await run(script, client) == ["a.png"])
        #expect(stub.predictions.first?.input["prompt"] == "chair")
    }
}
