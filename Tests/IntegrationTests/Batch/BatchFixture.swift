import Foundation
import SpeedPix
import SpeedPixJournal
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

/// A script and a table of rows in a folder, and a service.
struct BatchFixture {
    let folder: TestFolder
    let environment: [String: String]

    func batch(_ arguments: String..., setting: (inout CommandContext) -> Void = { _ in }) async -> CommandRun {
        await CommandRun(
            ["batch", "s.lua", "rows.csv", "--key", "sku"] + arguments, in: folder, environment: environment,
            setting: setting)
    }

    func creates() -> [RecordedCreate] {
        expectingNoError { try JournalStore(folder: folder.path + "/.speedpix").creates() } ?? []
    }

    /// The results, without their mark and their times.
    func results(_ name: String = "rows-results.csv") -> [String] {
        let bytes = expectingNoError { try folder.read(name) } ?? []
        return String(decoding: bytes, as: UTF8.self).dropFirst().split(separator: "\r\n").map { line in
            String(line).replacing(/,\d+\.\d\d(,|$)/) { ",T\($0.output.1)" }
        }
    }

    private func expectingNoError<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch {
            Issue.record(error)
            return nil
        }
    }
}

extension BatchFixture {
    /// Returns what it is called with, and twice its count; a text `fail …` fails.
    static let script = """
        local p = speedpix.params {
          text = { required = true }, count = { type = "integer", default = 1, min = 1, max = 9 },
        }
        local out = run("echo", { text = p.text, fail = p.text:match("^fail (.+)") })
        return { said = out.text, twice = p.count * 2 }
        """
    static let rows = "sku,text,count\nA,one,1\nB,two,2\nC,three,3\n"

    /// - Parameters:
    ///   - script: Written to `s.lua`.
    ///   - rows: Written to `rows.csv`.
    static func run(
        _ script: String = script, rows: String = rows,
        _ body: @escaping @Sendable (BatchFixture) async throws -> Void
    ) async throws {
        try await TestService.run { endpoint in
            let folder = try TestFolder()
            try folder.write(script, to: "s.lua")
            try folder.write(rows, to: "rows.csv")
            try await body(BatchFixture(folder: folder, environment: TestService.environment(endpoint)))
        }
    }
}
