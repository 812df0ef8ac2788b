import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// Brings the files of results into a folder, beside whatever has their names there: another prediction's picture is not
/// lost for one of the same name.
struct ResultFolder {
    /// Where a file is now.
    struct Entry: Sendable {
        let path: String
        /// False if an earlier download had brought it.
        let isNew: Bool
        /// Whether nothing came although the answer does not say that the file is empty: no picture is.
        var lacksContent = false
    }

    /// What to say of files that came without content; nil if there are none.
    static func lackingContent(_ entries: [Entry]) -> String? {
        let paths = entries.filter(\.lacksContent).map { $0.path.printable() }
        guard !paths.isEmpty else { return nil }
        return "\(paths.joined(separator: ", ")): the store sent 0 bytes"
    }

    let folder: FilePath
    let files: Files
    /// Whether an earlier download may have brought some of them.
    var mayHaveSome = true

    /// - Parameter wanted: What the files are to be called; nil for their own names.
    /// - Returns: An entry for each output, in order. What is there already, whole, is not fetched again.
    /// - Throws: As ``Files/download(_:to:onProgress:)``; the other downloads are then cancelled.
    func fetch(_ outputs: [FileOutput], as wanted: [String]? = nil) async throws -> [Entry] {
        let wanted = wanted ?? outputs.map(\.filename)
        let names = Files.distinctNames(wanted)
        let claims = Claims(names)
        return try await outputs.indices.concurrentMap(limit: Files.concurrency) { index in
            try await fetch(outputs[index], as: names[index], wanted: wanted[index], claims)
        }
    }

    private func fetch(
        _ output: FileOutput, as name: String, wanted: String, _ claims: Claims
    ) async throws -> Entry {
        if mayHaveSome, let path = try await copy(of: output, named: wanted) { return Entry(path: path, isNew: false) }
        var candidate = name
        var number = 1
        while true {
            let path = folder.appending(candidate).string
            let isFree = FileKind(path) == nil && (candidate == name || claims.take(candidate))
            // Another process may have come first.
            if isFree, let size = try await files.download(output.url, toNew: path) {
                return Entry(path: path, isNew: true, lacksContent: size == 0 && output.size != 0)
            }
            number += 1
            candidate = Files.numbered(wanted, number)
        }
    }

    /// Where an earlier download has put it, among all that have its name.
    private func copy(of output: FileOutput, named wanted: String) async throws -> String? {
        var candidate = wanted
        var number = 1
        while true {
            let path = folder.appending(candidate).string
            guard FileKind(path) != nil else { return nil }
            if try await files.isCopy(path, of: output.url) { return path }
            number += 1
            candidate = Files.numbered(wanted, number)
        }
    }
}

/// The names that are given already. File systems may ignore case.
private final class Claims: Sendable {
    private let names: Mutex<Set<String>>

    init(_ names: [String]) {
        self.names = Mutex(Set(names.map { $0.lowercased() }))
    }

    func take(_ name: String) -> Bool {
        names.withLock { $0.insert(name.lowercased()).inserted }
    }
}
