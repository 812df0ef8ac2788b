import LuaRuntime
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixLua

@Suite("Names of outputs in scripts")
struct OutputNameTests {
    /// Runs a script with an output `out`: two pictures, a text, and an object.
    private func run(_ script: String) async throws -> [LuaValue] {
        let folder = try ScriptFolder()
        let output = ScriptedReply.ok([
            "taskId": "t-1", "status": "succeeded",
            "result": [
                "images": [["url": "http://service.test/a.png"], ["url": "http://service.test/b.png"]],
                "caption": "hello", "numbers": ["width": 3],
            ],
        ])
        let created = ScriptedReply.ok(["taskId": "t-1", "status": "succeeded"])
        let host = try folder.host(transport: ScriptedTransport([created, output, output]))
        return try await folder.run("local out = run('w', {}) \(script)", host: host)
    }

    private func message(_ script: String) async throws -> String {
        let results = try await run(
            "local ok, e = pcall(function() \(script) end) return ok and 'no error' or tostring(e)")
        return results.first?.text ?? ""
    }

    @Test(
        "A misspelt name of an output is an error with the nearest name",
        arguments: [("out.imags", "images"), ("out.captoin", "caption"), ("out.Images:save('x')", "images")])
    func misspelt(expression: String, nearest: String) async throws {
        let message = try await message("return \(expression)")
        #expect(message.contains("did you mean \"\(nearest)\"?"), "\(message)")
    }

    @Test("A name that is like none of the outputs is nil, as is a misspelt one with rawget")
    func absent() async throws {
        #expect(
            try await run("return out.video, out[1], rawget(out, 'imags'), out.caption") == [.nil, .nil, .nil, "hello"])
    }

    @Test("An object within an output is a plain table")
    func nested() async throws {
        #expect(try await run("return out.numbers.width, out.numbers.widht") == [3, .nil])
    }

    @Test("A method called on a list is an error that says how many it has, and to take one")
    func methodOfAList() async throws {
        let message = try await message("out.images:save('x.png')")
        #expect(message.contains("this is a list of 2: take one, as in list[1]:save(…)"), "\(message)")
        let empty = try await self.message("speedpix.array{}:save('x.png')")
        #expect(empty.contains("this is an empty list, which has nothing to save"), "\(empty)")
    }

    @Test("A list and an output are walked, counted and encoded as plain tables are")
    func plainUse() async throws {
        let script = """
            local names = {}
            for name in pairs(out) do names[#names + 1] = name end
            table.sort(names)
            local count = 0
            for _ in ipairs(out.images) do count = count + 1 end
            return table.concat(names, " "), count, #out.images, out.images[3], out.images.url,
              json.encode(out.numbers), json.encode({ text = out.caption })
            """
        #expect(
            try await run(script) == [
                "caption images numbers", 2, 2, .nil, .nil, "{\"width\":3}", "{\"text\":\"hello\"}",
            ])
    }

    @Test("Items of map and settle that fail without a prediction are events with their index and name")
    func failedItems() async throws {
        let folder = try ScriptFolder()
        let failed = Mutex<[String]>([])
        var host = try folder.host()
        host.onEvent = { event in
            guard case .itemFailed(let index, let label, let message) = event else { return }
            failed.withLock { $0.append("\(index) \(label ?? "-") \(message)") }
        }
        try await folder.run(
            """
            speedpix.settle({ { sku = "A1" }, "shoe.jpg", 7 }, function(item, i)
              if i < 3 then error("no photo", 0) end
            end)
            pcall(speedpix.map, { "boot.jpg" }, function() error({ code = "file_not_found", message = "gone" }) end)
            """, host: host)
        #expect(failed.withLock { $0 } == ["1 A1 no photo", "2 shoe.jpg no photo", "1 boot.jpg gone"])
    }
}
