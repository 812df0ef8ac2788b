import HTTPTypes
import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import ImagingLua
@testable import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A journal on a full disk.
private struct FullJournal: ForwardingJournal {
    private struct NoSpace: Error {}

    let journal: any PredictionJournal = MemoryJournal()

    func recordIntent(_ key: JournalKey) throws { throw NoSpace() }
}

@Suite("Error codes")
struct ErrorCodeTests {
    /// A script that raises a code, and what the service answers meanwhile.
    private struct Case {
        var script: String
        var replies: [ScriptedReply] = []
        var last: ScriptedReply?
    }

    private static let created = ScriptedReply.ok(["taskId": "t-1"])
    private static func progress(_ status: String) -> ScriptedReply {
        .ok(["taskId": "t-1", "status": .string(status)])
    }

    private static let cases: [String: Case] = [
        "prediction_failed": Case(script: "run('w')", replies: [created], last: progress("failed")),
        "timeout": Case(script: "run('w', {}, { timeout = 0.5 })", replies: [created], last: progress("running")),
        "canceled": Case(script: "run('w')", replies: [created], last: progress("canceled")),
        "api_error": Case(script: "create('w')", last: .refusal("E1", "no such workflow")),
        "auth": Case(script: "create('w')", last: .gateway("Invalid Signature", status: 403)),
        "throttled": Case(script: "speedpix.get('t-1')", last: .gateway("Throttled by USER", status: 429)),
        "network": Case(script: "speedpix.get('t-1')", last: .reset),
        "unknown_outcome": Case(script: "create('w')", last: .reset),
        "invalid_response": Case(script: "speedpix.get('t-1')", last: .text("<html>")),
        "unsupported": Case(script: "speedpix.cancel('t-1')", last: .text("", status: 404)),
        "file_not_found": Case(script: "fs.read('gone')"),
        "file_system": Case(script: "fs.mkdir('here') fs.write('here/x', '') fs.remove('here')"),
        "not_allowed": Case(script: "fs.read('/etc/passwd')"),
        "module": Case(script: "fs.write('me.lua', 'require \"me\"') require 'me'"),
        "invalid_json": Case(script: "json.decode('{')"),
        "invalid_csv": Case(script: "csv.parse('a\\n\"b')"),
        "invalid_text": Case(script: "fs.write('x', '\\255') fs.lines('x', { encoding = 'utf-8' })"),
        "unsupported_format": Case(script: "image.open('\\0')"),
        "image_too_large": Case(script: "image.blank(1000000, 1000000)"),
        "image_damaged": Case(
            script: "image.open((image.blank(300, 300):bytes('png')):sub(1, 60)):blur(1)"),
        "no_subject": Case(script: "image.blank(100, 100):cutout()"),
        "imaging_failed": Case(script: "image.svg('<svg')"),
        "invalid_argument": Case(script: "fs.read(1)"),
        "too_large": Case(script: "local function f() speedpix.spawn(f) end f()"),
        "cannot_wait": Case(script: "table.sort({ 2, 1 }, function() speedpix.sleep(1) end)"),
        "internal": Case(script: "print('x')"),
    ]

    private struct BrokenPipe: Error {}

    @Test("Each documented error code has a meaning and a remedy, and can be raised")
    func everyCodeIsDocumentedAndRaised() async throws {
        let documented = ScriptErrorCodes.all.map(\.code)
        #expect(Set(documented).count == documented.count)
        for entry in ScriptErrorCodes.all {
            #expect(!entry.meaning.isEmpty && !entry.remedy.isEmpty, "\(entry.code)")
            // Raised before a script begins.
            if entry.code == "configuration" {
                let error = #expect(throws: SpeedPixError.self) { try SpeedPixClient.Configuration(environment: [:]) }
                #expect(error?.code == .configuration)
                continue
            }
            // Raised when threads are stuck for good.
            if entry.code == "busy" {
                #expect(BlockingThreads.Exhausted().luaFields["code"] == "busy")
                continue
            }
            // Raised where a journal has what the service has no more: see JournaledScriptTests.
            if entry.code == "output_expired" { continue }
            // Raised by a journal that cannot write.
            if entry.code == "journal_failed" {
                var host = try ScriptFolder().host()
                var dependencies = ClientDependencies(transport: ScriptedTransport([]))
                dependencies.journal = FullJournal()
                host.client = SpeedPixClient(host.client.configuration, dependencies: dependencies)
                let error = await (try ScriptFolder()).failure("create('w')", host: host)
                #expect(error?.code == "journal_failed")
                continue
            }
            let test = try #require(Self.cases[entry.code], "no case raises \(entry.code)")
            let error = try await raised(by: test)
            #expect(error?.code == entry.code, "\(entry.code): \(error?.message ?? "no error")")
            #expect(error?.value.tableValue?["message"]?.text?.isEmpty == false, "\(entry.code)")
        }
        #expect(Set(Self.cases.keys).subtracting(documented).isEmpty)
    }

    private func raised(by test: Case) async throws -> LuaError? {
        let folder = try ScriptFolder()
        let transport = test.last.map { ScriptedTransport(test.replies, then: $0) } ?? ScriptedTransport(test.replies)
        var host = try folder.host(transport: transport)
        host.streams.write = { _ in throw BrokenPipe() }
        let modules = SpeedPixModule.modules(host).filter { $0.name != "image" }
        let image = ImageModule.module(.files(of: host), drawsMarkup: true)
        do {
            try await LuaVM(modules: modules + [image]).run(LuaChunk(test.script, name: "test.lua"))
            return nil
        } catch {
            return error as? LuaError
        }
    }

    /// Codes are text in several rooms; none may be used that the registry does not have.
    @Test("The sources contain no error code that is not documented")
    func noOtherCodeIsInTheSources() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let documented = Set(ScriptErrorCodes.all.map(\.code))
        var found = Set(LuaErrorCode.allCases.map(\.rawValue))
        for room in ["SpeedPix", "SpeedPixLua", "Imaging", "ImagingLua", "LuaRuntime", "CLuaBridge"] {
            let folder = "/\(root)/Sources/\(room)"
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder)
            where name.hasSuffix(".swift") || name.hasSuffix(".c") {
                let text = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
                for pattern in [
                    /static let \w+ = Code\((?:rawValue: )?"(\w+)"\)/, /"code": "(\w+)"/, /push_error\(\s*L, "(\w+)"/,
                ] {
                    found.formUnion(text.matches(of: pattern).map { String($0.output.1) })
                }
            }
        }
        #expect(found.count > 15)
        // Scripts see it as file_system.
        #expect(found.subtracting(documented) == ["file_access"])
    }
}
