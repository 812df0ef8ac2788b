import ArgumentParser
import LuaRuntime
import SpeedPix
import SystemPackage

/// `speedpix check FILE…`: what is wrong with scripts, without running them.
struct CheckCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks for mistakes in scripts without running them.",
        discussion: """
            Example:
              speedpix check pipeline.lua lib/*.lua

            Tells of syntax errors, unknown globals, and misspelt functions, fields, methods
            and options of the API, one a line, as FILE:LINE:COLUMN: error: what.
            Ends with status 1 if there is any, and says nothing if there is none. Warns of
            what a run that is gone on with (run --resume) would pay for again.
            """)

    @Argument(
        help: ArgumentHelp("Scripts; - for standard input.", valueName: "FILE"),
        completion: .file(extensions: ["lua"]))
    var files: [String]

    func run(in context: CommandContext) async throws {
        let known = try await KnownNames(context)
        let compiler = try LuaVM()
        var status: ExitStatus?
        for file in files {
            do {
                let script = try ScriptFile(file, in: context)
                for finding in try await findings(in: script, known, compiler, context) {
                    let place = "\(script.chunk.name):\(finding.place.line):\(finding.place.column)"
                    let kind = finding.isWarning ? "warning" : "error"
                    try context.print("\(place): \(kind): \(finding.message)".printable())
                    if !finding.isWarning { status = status ?? .failure }
                }
            } catch let failure as CommandFailure {
                // One that cannot be read does not hide what is wrong with the others.
                if let message = failure.message { context.say("error: \(message)") }
                status = failure.status
            }
        }
        if let status { throw CommandFailure(status) }
    }

    private func findings(
        in script: ScriptFile, _ known: KnownNames, _ compiler: LuaVM, _ context: CommandContext
    ) async throws -> [ScriptFinding] {
        if let error = try await Self.syntaxError(script.chunk, compiler) { return [error] }
        let check = ScriptCheck(script.chunk.source, known: known)
        var elsewhere: Set<String> = []
        var seen: Set<String> = []
        var waiting = check.requiredModules
        while let module = waiting.popLast() {
            guard seen.insert(module).inserted, let chunk = script.module(required: module),
                try await Self.syntaxError(chunk, compiler) == nil
            else { continue }
            let other = ScriptCheck(chunk.source, known: known)
            elsewhere.formUnion(other.definedGlobals)
            waiting += other.requiredModules
        }
        return check.findings(globalsElsewhere: elsewhere)
    }

    /// Lua's own word for what does not compile.
    private static func syntaxError(_ chunk: LuaChunk, _ compiler: LuaVM) async throws -> ScriptFinding? {
        let results = try await compiler.run(
            LuaChunk("return select(2, load(..., \"=script\", \"t\"))", name: "compile"),
            arguments: [.string(LuaString(chunk.source))])
        guard let message = results.first?.text else { return nil }
        guard let match = message.wholeMatch(of: /script:(\d+): (.*)/.dotMatchesNewlines()), let line = Int(match.1)
        else {
            return ScriptFinding(place: TextPosition(line: 1, column: 1), message: message)
        }
        var column = 1
        // Lua names the word that it stumbled over, not its place in the line.
        let word =
            message.contains(LuaChunk.wideNumeral)
            ? match.2.prefix { $0.isWholeNumber } : message.firstMatch(of: /near '(.*)'$/)?.1
        if let word, let text = chunk.line(line), let range = text.ranges(of: word).last {
            column = text.distance(from: text.startIndex, to: range.lowerBound) + 1
        }
        return ScriptFinding(place: TextPosition(line: line, column: column), message: String(match.2))
    }
}

extension ScriptFile {
    /// A module that the script requires, if it lies beside it and can be read.
    fileprivate func module(required name: String) -> LuaChunk? {
        guard let directory, !name.isEmpty, !name.contains("/"), !name.contains("..") else { return nil }
        let path = FilePath(directory).appending(name.replacing(".", with: "/")).string
        for candidate in ["\(path).lua", "\(path)/init.lua"] {
            if let file = try? PrivateFile(candidate, limit: Self.largest) {
                return LuaChunk(file.text, name: name)
            }
        }
        return nil
    }
}
