import Testing

@testable import SpeedPixCommands

@Suite("Output while a line is edited")
struct SessionOutputTests {
    private func context(_ capture: Capture, showsErrors: Bool = true) -> CommandContext {
        var context = CommandContext(
            environment: [:], workingDirectory: "/", homeDirectory: "/", writeOutput: capture.append,
            writeError: { capture.append(Array("E:".utf8) + $0) }, readInput: { [] })
        context.lineTerminal = LineTerminal(input: 0, output: 1, showsErrors: showsErrors)
        return context
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test("Output during editing is held until its line is complete")
    func waitsForWholeLines() throws {
        let capture = Capture()
        let output = SessionOutput(context(capture))
        let reader = ScriptedLines([String]())
        try output.write(Array("before".utf8))
        output.beginLine(reader)
        #expect(capture.text == "before\n")
        try output.write(Array("half".utf8))
        #expect(reader.wakes == 0 && output.takePending() == nil)
        try output.write(Array(" a line\nand".utf8))
        output.writeError(Array(" error".utf8))
        #expect(reader.wakes == 1)
        #expect(text(output.takePending()) == "half a line\n")
        #expect(capture.text == "before\n")
        output.endLine()
        #expect(capture.text == "before\nand error")
        output.startLine()
        #expect(capture.text == "before\nand error\n")
    }

    @Test("Errors that do not go to the terminal are written at once during editing")
    func redirectedErrors() throws {
        let capture = Capture()
        let output = SessionOutput(context(capture, showsErrors: false))
        output.beginLine(ScriptedLines([String]()))
        output.writeError(Array("x\n".utf8))
        #expect(capture.text == "E:x\n")
    }
}
