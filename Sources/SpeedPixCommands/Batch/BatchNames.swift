import LocalFiles
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixLua
import SpeedPixQueue
import Synchronization
import SystemPackage

/// The names under which the rows of a batch save files. Those of rows that have ended are in the journal or in the queue, so that
/// memory does not grow with the rows; without both they stay here.
final class BatchNames: Sendable {
    private struct Claim {
        let row: RowKey
        /// What is saved, for messages.
        let result: String
        var isSaved = false
    }

    private let claims = Mutex<[FilePath: Claim]>([:])
    /// What rows that run have claimed, so that their ends do not look at all claims.
    private let ofRows = Mutex<[RowKey: Set<FilePath>]>([:])
    /// Has those of rows that have ended; nil without a journal.
    private let reader: SpeedPixJournal.BatchReader?
    /// Those of all workers' rows; nil for a batch on this machine alone.
    private let elsewhere: NameClaims?

    init(_ reader: SpeedPixJournal.BatchReader?, elsewhere: NameClaims? = nil) {
        self.reader = reader
        self.elsewhere = elsewhere
    }

    /// The names as a row sees them.
    func names(of row: RowKey) -> any SharedNames { RowNames(row: row, all: self) }

    /// What a row has saved, by the paths' bytes, for ``BatchJournal/finish(_:digest:files:names:result:succeeded:)``.
    func saved(by row: RowKey) -> [[UInt8]: String] {
        let paths = ofRows.withLock { $0[row] ?? [] }
        return claims.withLock { claims in
            var names: [[UInt8]: String] = [:]
            for path in paths {
                if let claim = claims[path], claim.row == row, claim.isSaved { names[path.bytes] = claim.result }
            }
            return names
        }
    }

    /// The journal, or the queue, has what a row has saved.
    func forget(_ row: RowKey) {
        let paths = ofRows.withLock { $0.removeValue(forKey: row) } ?? []
        guard reader != nil || elsewhere != nil else { return }
        claims.withLock { claims in
            for path in paths where claims[path]?.row == row { claims[path] = nil }
        }
    }

    // MARK: One row

    private struct RowNames: SharedNames {
        let row: RowKey
        let all: BatchNames

        func owner(of path: FilePath, isGone: () -> Bool) throws -> String? {
            try all.claims.withLock { try owner(of: path, $0, isGone) }
        }

        func take(_ path: FilePath, for result: String, replaces: Bool, isGone: () -> Bool) throws -> String? {
            all.ofRows.withLock { _ = $0[row, default: []].insert(path) }
            return try all.claims.withLock { claims in
                if !replaces, let other = try owner(of: path, claims, isGone) { return other }
                let isSaved = claims[path].map { $0.row == row && $0.isSaved } ?? false
                claims[path] = Claim(row: row, result: result, isSaved: isSaved)
                return nil
            }
        }

        func ownerElsewhere(of path: FilePath) async throws -> String? {
            try await all.elsewhere?.owner(of: path, otherThan: row.description)
        }

        func takeElsewhere(_ path: FilePath, for result: String) async throws -> String? {
            try await all.elsewhere?.take(path, row: row.description, for: result)
        }

        func noteSaved(_ path: FilePath) {
            all.claims.withLock { claims in
                if claims[path]?.row == row { claims[path]?.isSaved = true }
            }
        }

        func giveBack(_ path: FilePath) {
            all.claims.withLock { claims in
                if claims[path]?.row == row { claims[path] = nil }
            }
        }

        func earlier() throws -> [FilePath] {
            try all.reader?.paths(ofRow: row.description).map { FilePath(bytes: $0) } ?? []
        }

        /// Within the lock: a row that ends is in the journal before it is not here any more.
        private func owner(of path: FilePath, _ claims: [FilePath: Claim], _ isGone: () -> Bool) throws -> String? {
            if let claim = claims[path] {
                guard claim.row != row, !(claim.isSaved && isGone()) else { return nil }
                return Self.text(claim.result, claim.row.description)
            }
            guard let known = try all.reader?.owner(ofPath: path.bytes), known.key != row.description, !isGone() else {
                return nil
            }
            return Self.text(known.name, known.key)
        }

        private static func text(_ result: String, _ row: String) -> String { "\(result) of the row \(row)" }
    }
}
