import LuaRuntime
import SpeedPixTestSupport
import Synchronization
import Testing

/// One attempt to get out of the sandbox, from the files in `Scripts/Escapes`.
struct Escape: Sendable, CustomTestStringConvertible {
    enum Outcome {
        /// It ends by itself; the first result as text.
        case returns(String)
        /// It fails; part of the message.
        case error(String)
        /// It runs until it is cancelled, and then ends.
        case stopped
    }

    var name: String
    var outcome: Outcome
    var chunk: LuaChunk

    var testDescription: String { name }

    /// `--> name: returns TEXT`, `error TEXT` or `stopped`, and below it the script.
    static let all: [Escape] = TestScript.names(in: "Escapes").flatMap { file -> [Escape] in
        guard let source = try? TestScript.chunk("Escapes/\(file)").source else { return [] }
        return String(decoding: source, as: UTF8.self).split(separator: "--> ").compactMap { section in
            let end = section.firstIndex(of: "\n") ?? section.endIndex
            guard let colon = section[..<end].firstRange(of: ": ")?.lowerBound else { return nil }
            let words = section[section.index(colon, offsetBy: 2)..<end].split(separator: " ", maxSplits: 1)
            let text = words.count > 1 ? String(words[1]) : ""
            let outcome: Outcome? =
                switch words.first {
                case "returns": .returns(text)
                case "error": .error(text)
                case "stopped": .stopped
                default: nil
                }
            return outcome.map {
                Escape(
                    name: String(section[..<colon]), outcome: $0,
                    chunk: LuaChunk(String(section[end...]), name: file))
            }
        }
    }
}

@Suite("Attempts to escape from the sandbox")
struct EscapeTests {
    @Test("There are at least 100 attempts to escape, each with a name of its own")
    func numberOfEscapes() {
        #expect(Escape.all.count >= 100)
        #expect(Set(Escape.all.map(\.name)).count == Escape.all.count)
    }

    @Test("An attempted escape ends as its file says and leaves the VM usable", arguments: Escape.all)
    func escapeFails(_ escape: Escape) async throws {
        var limits = LuaLimits()
        limits.memory = 96 << 20
        limits.patternSteps = 5_000_000
        let gate = Gate()
        let probes = ProbeCount()
        let begun = LuaModule(
            name: "b",
            functions: [
                .immediate("begun") { _ in
                    Task { gate.open("begun") }
                    return .nil
                }
            ])
        let vm = try LuaVM(
            limits: limits, modules: LuaFixture.modules(probes: probes) + [begun], clock: ImmediateClock())
        let run = Task { try await vm.run(escape.chunk) }
        if case .stopped = escape.outcome {
            await gate.wait("begun")
            run.cancel()
        }
        switch (escape.outcome, await run.result) {
        case (.stopped, .failure(let error)): #expect(error is CancellationError)
        case (.error(let text), .failure(let error as LuaError)):
            #expect(error.message.contains(text), "\(error.message)")
        case (.returns(let text), .success(let values)):
            #expect(try await vm.text(of: values.first ?? .nil) == text)
        case (_, let result): Issue.record("ended otherwise: \(result)")
        }
        // The VM and the host's functions are as before, and but for tables of slots so is its memory.
        let after = LuaChunk(
            "assert(t.echo(1) == 1 and t.later(2) == 2 and ('x'):upper() == 'X') local p = t.probe('a') return p:shout()",
            name: "after")
        #expect(try await vm.run(after) == ["A"])
        await vm.collectGarbage()
        #expect(probes.alive == 0)
        #expect(await vm.memoryUsed < 8 << 20)
    }
}

extension LuaVM {
    fileprivate func text(of value: LuaValue) async throws -> String {
        if case .string(let text) = value { return text.lossyText }
        let chunk = LuaChunk("return tostring((...))", name: "text")
        return try await run(chunk, arguments: [value]).first?.text ?? ""
    }
}
