import CLineEditor
import Dispatch

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Lines that a person types at a terminal, edited with libedit.
///
/// `@unchecked Sendable`: the editor's pointer is used on its own queue alone, but for the two calls that its C face
/// allows from anywhere.
final class LineEditor: LineReader, @unchecked Sendable {
    /// What libedit's callbacks reach; it lives as long as the editor.
    private final class Host: Sendable {
        let output: SessionOutput
        let complete: @Sendable (String) -> Completion

        init(output: SessionOutput, complete: @escaping @Sendable (String) -> Completion) {
            self.output = output
            self.complete = complete
        }
    }

    private let host: Host
    private let editor: OpaquePointer
    /// A read blocks its thread for as long as a person thinks.
    private let queue = DispatchQueue(label: "speedpix.line-editor")

    /// - Parameters:
    ///   - term: The kind of terminal, as `TERM` names it.
    ///   - output: What is written while a line is being edited.
    ///   - complete: What Tab does after the text up to the cursor. Called on the editor's thread; must be quick.
    /// - Returns: Nil if libedit cannot work with the terminal.
    init?(
        _ terminal: LineTerminal, term: String?, output: SessionOutput,
        complete: @escaping @Sendable (String) -> Completion
    ) {
        host = Host(output: output, complete: complete)
        let face = slt_host(
            context: Unmanaged.passUnretained(host).toOpaque(), take_output: takePendingOutput, complete: completeLine)
        guard let editor = slt_open(terminal.input, terminal.output, term, face) else { return nil }
        self.editor = editor
    }

    deinit {
        slt_close(editor)
    }

    func readLine(prompt: String) async -> LineInput {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                var line: UnsafeMutablePointer<CChar>?
                let readStatus = slt_read(editor, prompt, &line)
                defer { free(line) }
                switch (readStatus, line) {
                case (Int32(SLT_LINE), let line?): continuation.resume(returning: .line(String(cString: line)))
                case (Int32(SLT_INTERRUPTED), _): continuation.resume(returning: .interrupted)
                default: continuation.resume(returning: .end)
                }
            }
        }
    }

    func remember(_ line: String) {
        queue.async { [self] in slt_remember(editor, line) }
    }

    func wake() {
        slt_wake(editor)
    }

    func refreshTerminal() {
        slt_refresh_terminal(editor)
    }

    func interrupt(ends: Bool) {
        slt_interrupt(editor, ends)
    }

    private static func host(_ context: UnsafeMutableRawPointer?) -> Host? {
        context.map { Unmanaged<Host>.fromOpaque($0).takeUnretainedValue() }
    }

    fileprivate static func takeOutput(
        _ context: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?
    ) -> UnsafeMutablePointer<CChar>? {
        guard let bytes = host(context)?.output.takePending(), let copy = malloc(max(1, bytes.count)) else {
            return nil
        }
        copy.copyMemory(from: bytes, byteCount: bytes.count)
        length?.pointee = bytes.count
        return copy.assumingMemoryBound(to: CChar.self)
    }

    fileprivate static func complete(
        _ context: UnsafeMutableRawPointer?, _ before: UnsafePointer<CChar>?, _ columns: Int32
    ) -> (insertion: UnsafeMutablePointer<CChar>?, list: UnsafeMutablePointer<CChar>?) {
        guard let before, let completion = host(context)?.complete(String(cString: before)) else { return (nil, nil) }
        let list = completion.choices.isEmpty ? nil : columnar(completion.choices, width: Int(columns))
        return (completion.insertion.isEmpty ? nil : strdup(completion.insertion), list.flatMap { strdup($0) })
    }

    /// Names in columns, read downwards, as `ls` shows them.
    static func columnar(_ names: [String], width: Int) -> String {
        let cell = (names.map(\.count).max() ?? 0) + 2
        let columns = max(1, width / cell)
        let rows = (names.count + columns - 1) / columns
        return (0..<rows).map { row in
            stride(from: row, to: names.count, by: rows).map { index in
                let isLast = index + rows >= names.count
                return names[index] + (isLast ? "" : String(repeating: " ", count: cell - names[index].count))
            }.joined() + "\n"
        }.joined()
    }
}

private let takePendingOutput:
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> UnsafeMutablePointer<CChar>? = {
        LineEditor.takeOutput($0, $1)
    }

private let completeLine:
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
        UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> Void = { context, before, columns, insertion, list in
        let result = LineEditor.complete(context, before, columns)
        insertion?.pointee = result.insertion
        list?.pointee = result.list
    }
