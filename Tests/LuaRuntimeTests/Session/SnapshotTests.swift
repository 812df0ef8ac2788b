import LuaRuntime
import Testing

@Suite("Snapshots of values")
struct SnapshotTests {
    private func look(_ source: String, _ limits: LuaSnapshot.Limits = .init()) async throws -> LuaSnapshot {
        let vm = try LuaVM()
        try await vm.openSession { _ in }
        let values = try await vm.evaluate(LuaChunk(source, name: "input"), limits: limits).values
        return try #require(values.first)
    }

    private func table(_ source: String, _ limits: LuaSnapshot.Limits = .init()) async throws -> LuaSnapshot.Table {
        guard case .table(let table) = try await look(source, limits) else { throw LuaError(.runtime, "no table") }
        return table
    }

    @Test("A snapshot separates a table's items from its entries")
    func itemsAndEntries() async throws {
        let result = try await table("return { 1, 2, x = 'y', [10] = true }")
        #expect(result.items.count == 2)
        #expect(result.entries.count == 2)
        // Built backwards.
        #expect(try await table("local t = {} for i = 5, 1, -1 do t[i] = i end return t").items.count == 5)
    }

    @Test("A snapshot shows a cycle as the level that it refers to")
    func cycles() async throws {
        let result = try await table("local t = { inner = {} } t.inner.up = t t.self = t return t")
        var levels: [String: Int] = [:]
        for entry in result.entries {
            guard case .string(let key, _) = entry.key else { continue }
            if case .cycle(let level) = entry.value { levels[key.lossyText] = level }
            if case .table(let inner) = entry.value, case .cycle(let level)? = inner.entries.first?.value {
                levels["inner"] = level
            }
        }
        #expect(levels == ["self": 1, "inner": 2])
    }

    @Test("A snapshot ends at its depth limit and marks the tables below as closed")
    func depthIsLimited() async throws {
        let result = try await table("return { { { { 1 } } }, {} }", .init(depth: 2))
        guard case .table(let second)? = result.items.first, case .table(let third)? = second.items.first,
            case .table(let empty)? = result.items.last
        else {
            Issue.record("no tables")
            return
        }
        #expect(third.isClosed && third.items.isEmpty)
        #expect(!second.isClosed && !empty.isClosed)
    }

    @Test("A snapshot limits the entries of a table and the bytes of a string")
    func sizeIsLimited() async throws {
        let wide = try await table("local t = {} for i = 1, 1000 do t[i] = i end return t", .init(entries: 10))
        #expect(wide.items.count == 10 && wide.omitted == 990)
        guard case .string(let text, let count) = try await look("return ('x'):rep(100000)") else {
            Issue.record("no string")
            return
        }
        #expect(text.bytes.count == 2000 && count == 100_000)
    }

    @Test("A snapshot shows coroutines and functions")
    func coroutinesAndFunctions() async throws {
        guard case .coroutine = try await look("return coroutine.create(print)"),
            case .function(let place) = try await look("return function() end"),
            case .function(nil) = try await look("return print")
        else {
            Issue.record("not seen")
            return
        }
        #expect(place == "input:1")
    }
}
