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
            what a resumed run (run --resume) would pay for again.
            """)

    @Argument(
        help: ArgumentHelp("Scripts; - for standard input.", valueName: "FILE"),
        completion: .file(extensions: ["lua"]))
    var files: [String]

    func run(in context: CommandContext) async throws {
        let known = try await KnownNames(context)
        var status: ExitStatus?
        for file in files {
            do {
                let script = try ScriptFile(file, in: context)
                for finding in findings(in: script, known) {
                    let position = "\(script.chunk.name):\(finding.position.line):\(finding.position.column)"
                    let kind = finding.isWarning ? "warning" : "error"
                    try context.print("\(position): \(kind): \(finding.message)".printable())
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

    private func findings(in script: ScriptFile, _ known: KnownNames) -> [ScriptFinding] {
        // Also of one that compiles: what it prints and sends would not be readable.
        if let error = script.chunk.encodingError { return [Self.finding(error, in: script.chunk)] }
        if let error = Self.syntaxError(script.chunk) { return [error] }
        let check = ScriptCheck(script.chunk.source, known: known)
        var elsewhere: Set<String> = []
        var seen: Set<String> = []
        var waiting = check.requiredModules
        while let module = waiting.popLast() {
            guard seen.insert(module).inserted, let chunk = script.module(required: module),
                Self.syntaxError(chunk) == nil
            else { continue }
            let other = ScriptCheck(chunk.source, known: known)
            elsewhere.formUnion(other.definedGlobals)
            waiting += other.requiredModules
        }
        return check.findings(globalsElsewhere: elsewhere)
    }

    /// What the compiler says of a text that is not Lua; nil of one that is.
    private static func syntaxError(_ chunk: LuaChunk) -> ScriptFinding? {
        do {
            _ = try LuaChunk(typed: chunk.source, name: "script").globals()
            return nil
        } catch {
            // Of kind memory: it compiles, and only the list of globals is missing.
            return error.kind == .syntax ? finding(error, in: chunk) : nil
        }
    }

    private static func finding(_ failure: LuaError, in chunk: LuaChunk) -> ScriptFinding {
        guard let location = failure.location, failure.message.hasPrefix("\(location.file):\(location.line):") else {
            return ScriptFinding(position: TextPosition(line: 1, column: 1), message: failure.message)
        }
        var message = String(failure.message.dropFirst("\(location.file):\(location.line):".count))
        if let column = failure.column {
            message = String(message.dropFirst("\(column): ".count))
            return ScriptFinding(position: TextPosition(line: location.line, column: column), message: message)
        }
        message = String(message.trimmingPrefix(" "))
        return ScriptFinding(
            position: TextPosition(line: location.line, column: column(of: failure, message, in: chunk, location.line)),
            message: message)
    }

    /// Where in its line an error is, from 1; 1 if that is not known.
    ///
    /// Lua has no columns: the word that it stumbled over, which the message quotes ("near 'end'", luaX_syntaxerror), is the
    /// only sign of the position.
    private static func column(of error: LuaError, _ message: String, in chunk: LuaChunk, _ line: Int) -> Int {
        let word =
            error.syntaxProblem == .wideNumeral
            ? message.prefix { $0.isWholeNumber } : message.firstMatch(of: /near '(.*)'$/)?.1
        guard let word, let text = chunk.line(line), let range = text.ranges(of: word).last else { return 1 }
        return text.distance(from: text.startIndex, to: range.lowerBound) + 1
    }
}

extension ScriptFile {
    /// A module that the script requires, if it lies beside it and can be read.
    fileprivate func module(required name: String) -> LuaChunk? {
        guard let directory, !name.isEmpty, !name.contains("/"), !name.contains("..") else { return nil }
        let path = FilePath(directory).appending(name.replacing(".", with: "/")).string
        for candidate in ["\(path).lua", "\(path)/init.lua"] {
            if let file = try? FileText.read(candidate, limit: Self.largest) {
                return LuaChunk(file.text, name: name)
            }
        }
        return nil
    }
}
