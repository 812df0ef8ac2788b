import LuaRuntime
import SpeedPix
import SpeedPixLua
import SpeedPixTestSupport
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// As a program in another package makes one: by public names alone.
@Suite("A host of one's own")
struct HostTests {
    private let shop = LuaModule(
        name: "shop", summary: "The shop's products.",
        functions: [
            .inSource(
                "poster",
                .init("A picture of a colour.", ["color: string", "width: integer"], returns: "Picture"))
        ],
        source: """
            return { poster = function(color, width) return image.blank(width, 20, color) end }
            """)

    @Test("A VM of a host has the API and the host's own modules")
    func ownModules() async throws {
        let folder = try TemporaryFolder()
        let console = Console()
        var host = try folder.host(console: console)
        host.streams.readInput = { Array("typed".utf8) }
        host.environment = ScriptEnvironment(["SHOP": "north"], allowed: ["SHOP"])
        let vm = try SpeedPixModule.makeVM(host, adding: [shop], seed: 7)
        let results = try await vm.run(
            LuaChunk(
                """
                log.info("making a poster")
                print(io.read("a"), os.getenv("SHOP"))
                return shop.poster("red", 30).width, math.random(1000)
                """, name: "main.lua"))
        #expect(results.first == 30)
        #expect(console.output == "typed\tnorth\n")
        #expect(console.logged == ["info: making a poster"])
        let again = try SpeedPixModule.makeVM(host, seed: 7)
        #expect(try await again.run(LuaChunk("return math.random(1000)", name: "main.lua")) == [results[1]])
    }

    @Test("The script of examples/LuaHost runs with a module of the same functions")
    func example() async throws {
        let products = LuaModule(
            name: "shop", summary: "The shop's products.",
            functions: [
                .immediate("product") { ["name": .string(try $0.string(1)), "price": 19.5] },
                .inSource("each", .init("Calls fn with each.", ["names: string[]", "fn: function"])),
            ],
            source: """
                local host = ...
                return { each = function(names, fn) for _, name in ipairs(names) do fn(host.product(name)) end end }
                """)
        let folder = try TemporaryFolder()
        let console = Console()
        var host = try folder.host(console: console)
        host.arguments = ["name": "chair"]
        let path =
            "\(#filePath.replacing("/Tests/SpeedPixLuaTests/HostTests.swift", with: ""))/examples/LuaHost/poster.lua"
        let script = LuaChunk(try Data(contentsOf: URL(filePath: path)), name: path)
        try await SpeedPixModule.makeVM(host, adding: [products]).run(script)
        #expect(console.output.hasSuffix("600×300\nlamp\t19.5\nchair\t19.5\n"))
        #expect(folder.contents.contains("poster.png"))
    }

    @Test("Limits of the host bind its scripts")
    func limits() async throws {
        var limits = LuaLimits()
        limits.memory = 4 << 20
        let vm = try SpeedPixModule.makeVM(try TemporaryFolder().host(), limits: limits)
        let error = await #expect(throws: LuaError.self) {
            try await vm.run(LuaChunk("return ('x'):rep(8 << 20)", name: "main.lua"))
        }
        #expect(error?.message.contains("memory") == true)
    }

    @Test("A display hears of each picture in the script's order, and the line about it is written")
    func display() async throws {
        let shown = Mutex<[ShownPicture]>([])
        let folder = try TemporaryFolder()
        let console = Console()
        var host = try folder.host(console: console)
        host.streams.display = PictureDisplay(within: 50) { picture in shown.withLock { $0.append(picture) } }
        let vm = try SpeedPixModule.makeVM(host, adding: [shop])
        try await vm.run(
            LuaChunk(
                """
                shop.poster("#ff0000", 100):save("red.png")
                show({ "red.png", shop.poster("#00ff0080", 10) })
                """, name: "main.lua"))
        let pictures = shown.withLock { $0 }
        #expect(pictures.map(\.name) == ["red.png", nil])
        #expect(pictures.map(\.width) == [50, 10] && pictures.map(\.height) == [10, 20])
        #expect(pictures.map(\.hasAlpha) == [false, true])
        #expect(pictures[0].pixels == Array(repeating: [255, 0, 0], count: 500).flatMap { $0 })
        #expect(Array(pictures[1].pixels.prefix(4)) == [0, 255, 0, 128])
        #expect(try pictures[0].png().starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(console.output.hasPrefix("red.png: png, 100×20, "))
        #expect(console.output.hasSuffix("\n10×20\n"))
    }

    @Test("What a display throws is an error of show")
    func displayFailure() async throws {
        struct NoWindow: LuaRaisable {
            var luaFields: [String: LuaValue] { ["code": "no_window", "message": "the window is closed"] }
        }
        let folder = try TemporaryFolder()
        var host = try folder.host()
        host.streams.display = PictureDisplay(within: 50) { _ in throw NoWindow() }
        let vm = try SpeedPixModule.makeVM(host)
        let error = await #expect(throws: LuaError.self) {
            try await vm.run(LuaChunk("show(image.blank(10, 10))", name: "main.lua"))
        }
        #expect(error?.code == "no_window")
    }

    @Test("The reference has the host's modules beside the API")
    func reference() {
        let reference = ScriptReference.adding([shop])
        #expect(reference.help(for: "shop.poster")?.hasPrefix("shop.poster(color, width) → Picture") == true)
        #expect(reference.stubs().contains("function shop.poster(color, width) end"))
        #expect(reference.topics.contains("speedpix.map"))
        #expect(!ScriptReference.all.topics.contains("shop"))
    }

    @Test("A script that is only asked for its parameters tells them, or ends where it wants the service")
    func parametersOnly() async throws {
        let told = Mutex<[String]>([])
        var host = try TemporaryFolder().host()
        host.onParameters = { parameters in told.withLock { $0 = parameters.map(\.name) } }
        let vm = try SpeedPixModule.makeVM(host)
        let declares = "speedpix.params { photo = { type = 'file' } }"
        await #expect(throws: LuaError.self) { try await vm.run(LuaChunk(declares, name: "main.lua")) }
        #expect(told.withLock { $0 } == ["photo"])
        let error = await #expect(throws: LuaError.self) {
            try await vm.run(LuaChunk("run('echo', {})", name: "main.lua"))
        }
        #expect(error.map(ParametersOnlyError.hasEnded) == true)
    }
}
