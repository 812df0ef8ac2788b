import SpeedPix

/// Predictions that succeeded, and so are paid for, with files that are not saved. A value.
///
/// A file counts as saved when it was downloaded to the disk or lay there, when the script has read its bytes, when a picture that
/// was made from it was saved, and when it went into the input of another prediction. It does not when it was only looked at:
/// opened, checked, shown, or put on a contact sheet.
struct UnsavedPredictions: Sendable {
    /// A prediction.
    struct Entry: Sendable, Equatable {
        var id: String
        var workflow: String
        var label: String?
    }

    private struct Waiting: Sendable {
        var entry: Entry
        /// Files that are missing, by their URLs without the query: each answer signs them anew.
        var missing: Set<String>
        var number: Int
    }

    private var waiting: [String: Waiting] = [:]
    /// Whose file it is.
    private var owners: [String: String] = [:]
    private var number = 0

    /// In the order of their ends.
    var entries: [Entry] { waiting.values.sorted { $0.number < $1.number }.map(\.entry) }

    mutating func noteSuccess(_ entry: Entry, urls: [String]) {
        let files = Set(urls.map(\.withoutQuery))
        guard !files.isEmpty else { return }
        number += 1
        waiting[entry.id] = Waiting(entry: entry, missing: files, number: number)
        for file in files { owners[file] = entry.id }
    }

    /// A file counts as saved.
    mutating func noteSaved(_ url: String) {
        let file = url.withoutQuery
        guard let id = owners.removeValue(forKey: file) else { return }
        waiting[id]?.missing.remove(file)
        if waiting[id]?.missing.isEmpty == true { waiting[id] = nil }
    }

    /// A prediction was created with this input: files in it have served their purpose.
    mutating func noteUse(of input: JSONValue) {
        guard !owners.isEmpty else { return }
        switch input {
        case .string(let text): noteSaved(text)
        case .array(let values): for value in values { noteUse(of: value) }
        case .object(let members): for value in members.values { noteUse(of: value) }
        default: break
        }
    }
}
