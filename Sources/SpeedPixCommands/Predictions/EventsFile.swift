import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the events of a run (`run --json`) have about its predictions.
struct EventsFile {
    private var labels: [String: String] = [:]
    /// In the order of their creates.
    private var created: [String] = []
    private var ended: Set<String> = []
    private var unsavedFiles = UnsavedPredictions()

    /// - Parameter path: A file of events; `-` for standard input.
    /// - Throws: ``CommandFailure`` for what cannot be read, or is not a stream of events.
    init(_ path: String, in context: CommandContext) throws {
        let bytes = path == "-" ? try context.readInput() : try Self.read(path, context)
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            // The last line of a run that was killed may be half a one.
            guard let event = try? JSONValue(parsing: line) else { continue }
            guard let name = event["event"]?.stringValue else {
                throw CommandFailure(
                    .usage, "\(path):\(number + 1): no event of a run\nhint: these are written by speedpix run --json")
            }
            note(name, event)
        }
    }

    private static func read(_ path: String, _ context: CommandContext) throws -> [UInt8] {
        do {
            return try Array(Data(contentsOf: URL(filePath: context.absolute(path))))
        } catch {
            throw CommandFailure(.usage, "could not read \(path): is it there, and may it be read?")
        }
    }

    private mutating func note(_ name: String, _ event: JSONValue) {
        if let url = event["url"]?.stringValue, !name.hasPrefix("prediction.") {
            // What was downloaded into memory is saved only if an event of its own says so.
            let isSaved =
                name == "download.finished" ? event["path"] != nil : ["file.kept", "file.used"].contains(name)
            if isSaved { unsavedFiles.noteSaved(url) }
            return
        }
        guard let id = event["id"]?.stringValue, name.hasPrefix("prediction.") else { return }
        if let label = event["label"]?.stringValue { labels[id] = label }
        switch name {
        case "prediction.created", "prediction.reused":
            created.append(id)
            if let input = event["input"] { unsavedFiles.noteUse(of: input) }
        case "prediction.succeeded":
            ended.insert(id)
            let urls = event["output"].map(FileOutput.all(in:)) ?? []
            unsavedFiles.noteSuccess(
                .init(id: id, workflow: event["workflow"]?.stringValue ?? "prediction", label: labels[id]),
                urls: urls.map(\.url))
        case "prediction.failed", "prediction.canceled": ended.insert(id)
        default: break
        }
    }

    /// What the run called a prediction.
    func label(of id: String) -> String? { labels[id] }

    /// Those whose files the run did not save: because it ended before they did, or for a reason of its own.
    var unsaved: [String] {
        let missing = Set(unsavedFiles.entries.map(\.id))
        return created.filter { !ended.contains($0) || missing.contains($0) }
    }

    /// The whole id, if `id` is the beginning of just one of the run's; else `id` itself.
    ///
    /// - Throws: ``CommandFailure`` if it is that of several.
    func whole(_ id: String) throws -> String {
        let found = created.contains(id) ? [id] : created.filter { $0.hasPrefix(id) }
        guard found.count < 2 else {
            throw CommandFailure(.usage, "\(id) is the beginning of \(found.count) ids: give more of it".printable())
        }
        return found.first ?? id
    }
}
