import LocalFiles
import SpeedPix
import SpeedPixJournal
import SpeedPixLua
import Synchronization
import SystemPackage

/// What a dry run would have created and uploaded, listed as it goes, and at its end what it would have changed in files.
final class DryRunList: Sendable {
    private struct State {
        var creates = 0
        var uploads = 0
        var bytes: Int64 = 0
        /// Uploads by their URLs, which stand in inputs.
        var names: [String: String] = [:]
    }

    private let context: CommandContext
    private let state = Mutex(State())
    /// The working folder by its real path, as overlays know it.
    private let folder: String

    /// - Parameter context: The list goes to its standard error.
    init(_ context: CommandContext) {
        self.context = context
        folder = (try? RealPath.resolve(context.workingDirectory)) ?? context.workingDirectory
    }

    @Sendable func note(_ event: ScriptEvent) {
        guard let line = state.withLock({ Self.line(event, &$0) }) else { return }
        context.say(line.printable(keepingLines: true))
    }

    /// Lists what would have become of files; paths in the working folder are relative to it.
    func note(_ changes: [FileOverlay.Change]) {
        for change in changes { context.say(line(change).printable()) }
    }

    private func line(_ change: FileOverlay.Change) -> String {
        switch change {
        case .write(let path, let bytes): "would write \(shown(path)) (\(ByteCount.text(bytes)))"
        case .makeFolder(let path): "would make the folder \(shown(path))"
        case .remove(let path): "would remove \(shown(path))"
        case .rename(let path, let target): "would rename \(shown(path)) to \(shown(target))"
        }
    }

    private func shown(_ path: String) -> String {
        var shown = FilePath(path)
        let folder = FilePath(folder)
        return shown != folder && shown.removePrefix(folder) ? shown.string : path
    }

    /// What it comes to.
    ///
    /// - Parameter found: What a run that goes on with another one found in its journal.
    func total(_ found: DryRunJournal.Counts?) -> String {
        state.withLock { state in
            let rest =
                found.map { found in
                    ", \(found.reused) are paid for already,"
                        + (found.failed > 0 ? " \(found.failed) have failed," : "")
                        + " and \(found.inDoubt) are in doubt"
                } ?? ""
            return "dry run: nothing was sent; a real run would create \(state.creates)"
                + (state.creates == 1 ? " prediction" : " predictions") + rest
                + (state.uploads > 0
                    ? " and upload \(state.uploads) \(state.uploads == 1 ? "file" : "files"), "
                        + ByteCount.text(state.bytes) : "")
        }
    }

    private static func line(_ event: ScriptEvent, _ state: inout State) -> String? {
        switch event {
        case .created(let prediction, let given):
            state.creates += 1
            let options = EventStream.fields(given)
            let shown = options.isEmpty ? "" : " with \(text(.object(options), state))"
            let input = text(.object(prediction.input ?? [:]), state)
            return "would create \(prediction.workflowID ?? "a prediction") \(input)\(shown)"
        case .transfer(let transfer):
            guard transfer.direction == .upload, case .finished = transfer.stage else { return nil }
            state.uploads += 1
            state.bytes += transfer.progress.bytesDone
            if let url = transfer.url { state.names[url] = transfer.name }
            return "would upload \(transfer.name) (\(ByteCount.text(transfer.progress.bytesDone)))"
        default: return nil
        }
    }

    /// An input in one line, files by the names that the script gave them.
    private static func text(_ value: JSONValue, _ state: State) -> String {
        switch value {
        case .string(let text):
            if let name = state.names[text] { return "<\(name)>" }
            // A placeholder of an earlier output.
            if let path = text.trimmingPrefix(DryRunTransport.endpoint + "/").nilIfWhole(text) {
                return "<\(path)>"
            }
            return "\"\(text.count > 120 ? text.prefix(119) + "…" : text)\"".replacing("\n", with: " ")
        case .array(let values): return "[\(values.map { self.text($0, state) }.joined(separator: ", "))]"
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.map { "\($0.key) = \(self.text($0.value, state))" }
            return "{ \(parts.joined(separator: ", ")) }"
        default: return (try? value.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? "?"
        }
    }
}

extension Substring {
    /// Nil if nothing was cut off.
    fileprivate func nilIfWhole(_ text: String) -> Substring? { count == text.count ? nil : self }
}
