import LocalFiles
import SpeedPix
package import SystemPackage

/// The names under which the rows of a batch save files, for all workers together: each name is one row's, for good. Workers may
/// save into one folder, where a row would otherwise replace what another one has paid for.
package struct NameClaims: Sendable {
    /// The key of a row may be any text, and is there for people.
    private static let longestText = 300

    private let subject: QueueSubject
    private let store: any WriteOnceStore
    /// With no links in them, as far as they exist.
    private let folders: [FilePath]

    /// - Parameters:
    ///   - folders: Those into which rows save, the same ones in the same order for each worker, wherever they lie on its machine. What
    ///     lies in several counts as in the first.
    package init(of batch: BatchName, in store: any WriteOnceStore, folders: [FilePath]) {
        subject = QueueSubject(batch)
        self.store = store
        self.folders = folders.map(Self.real)
    }

    /// Takes a name for a row, unless another row has it. A row may take its own names again, in whatever generation, on whatever worker.
    ///
    /// - Parameters:
    ///   - path: Where the file will lie, with no links in it.
    ///   - key: The description of the row's key.
    ///   - result: What is saved, for the messages of the others.
    /// - Returns: Nil if it is the row's now; what another row has under it.
    /// - Throws: ``SpeedPixError`` `journal_failed`; `CancellationError`.
    package func take(_ path: FilePath, row key: String, for result: String) async throws -> String? {
        let claim = Claim(
            row: RowToken(key: key), key: Self.shortened(key), result: Self.shortened(result.withoutSignatures))
        let known = try await reached { try await store.create(place(of: path), claim.payload) }
        return Claim(payload: known).flatMap { $0.row == claim.row ? nil : $0.text }
    }

    /// What another row has under a name; nil if it is this row's, or nobody's yet.
    ///
    /// - Throws: As ``take(_:row:for:)``.
    package func owner(of path: FilePath, otherThan key: String) async throws -> String? {
        let known = try await reached { try await store.read(place(of: path)) }
        return known.flatMap { Claim(payload: $0.payload) }.flatMap { $0.row == RowToken(key: key) ? nil : $0.text }
    }

    private func reached<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error where !(error is CancellationError || error is SpeedPixError) {
            throw SpeedPixError(
                .journalFailed, "it could not be found out whether another row saves under this name: \(error)",
                isRetryable: true, cause: error)
        }
    }

    /// The subject of a name: by where it lies below one of the folders, since these lie elsewhere on other machines.
    private func place(of path: FilePath) -> String {
        for (index, folder) in folders.enumerated() where path.starts(with: folder) {
            let rest = FilePath(root: nil, path.components.dropFirst(folder.components.count))
            return subject.savedName(RowToken(hashing: Array("\(index):".utf8) + rest.bytes))
        }
        return subject.savedName(RowToken(hashing: Array(":".utf8) + path.bytes))
    }

    private static func real(_ path: FilePath) -> FilePath {
        var (folder, rest) = (path, [FilePath.Component]())
        while true {
            if let real = try? RealPath.resolve(folder) { return real.appending(rest) }
            guard let last = folder.lastComponent else { return path }
            rest.insert(last, at: 0)
            folder.removeLastComponent()
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count > longestText ? "\(text.prefix(longestText))…" : text
    }
}

/// Who has a name, and what is saved under it. A value.
private struct Claim {
    let row: RowToken
    let key: String
    let result: String

    var text: String { "\(result) of the row \(key)" }

    var payload: [UInt8] {
        let json: JSONValue = ["row": .string(row.text), "key": .string(key), "result": .string(result)]
        // Texts can always be encoded.
        return (try? json.encoded()) ?? []
    }

    init(row: RowToken, key: String, result: String) { (self.row, self.key, self.result) = (row, key, result) }

    /// - Returns: Nil for what no program has written, which keeps nobody from a name.
    init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), let row = json["row"]?.stringValue.flatMap({ RowToken($0) })
        else { return nil }
        self.init(row: row, key: json["key"]?.stringValue ?? "?", result: json["result"]?.stringValue ?? "a file")
    }
}
