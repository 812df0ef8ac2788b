import LocalFiles
import SQLiteStorage
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a gateway has on disk: its files, its secrets and, where predictions are kept, their database, with a lock that keeps
/// other gateways away.
struct GatewayStorage: Sendable {
    let files: ObjectStore
    /// Nil if predictions are kept in memory only. With a temporary folder it ends with the gateway.
    let predictions: PredictionDatabase?
    /// What has been published; it ends with the gateway where predictions do.
    let workflows: WorkflowStore
    /// Why a temporary folder is used instead of the data directory, with which everything ends at ``close()``; nil if none is.
    let refusal: String?
    /// What the URLs of files are signed with. It is the folder's, so that they outlive a gateway.
    let rootKey: [UInt8]
    /// What the gateway's own routes ask for: who may read the folder's files may use them.
    let adminToken: Secret
    /// What tokens of the console are signed with; nil without one. Where the folder lasts, they outlive a gateway.
    let consoleKey: [UInt8]?
    /// The application keys of the data directory; nil without one.
    let keys: KeyFile?
    /// With the nonces of creates that an earlier gateway has accepted.
    let nonces: NonceCache
    private let lock: ProcessLock?

    /// Names of the files in the folder.
    static let rootKeyName = "url-key"
    static let adminTokenName = "admin-token"
    static let consoleKeyName = "console-key"
    static let lockName = "lock"

    /// - Throws: ``StorageError``; ``SpeedPixError`` `configuration` if another gateway has the data directory, or it cannot be
    ///   used, and ``GatewayConfiguration/fallsBackToTemporary`` is not set, or if others may read its file of keys.
    static func open(_ configuration: GatewayConfiguration) async throws -> GatewayStorage {
        var directory = configuration.dataDirectory
        var lock: ProcessLock?
        var predictions: PredictionDatabase?
        var refusal: String?
        if let kept = directory {
            do {
                let held = try Self.lock(kept)
                // From here on the lock tells commands that the address is that of a gateway that runs.
                GatewayAccess(directory: kept).removeEndpoint()
                if configuration.keepsPredictions || configuration.hasConsole {
                    predictions = try PredictionDatabase(
                        folder: ObjectStore.folder(in: kept), beforeCommit: configuration.beforeCommit)
                }
                lock = held
            } catch {
                // Only the user can decide what becomes of a damaged database. A temporary folder would hide that there is one.
                guard error.kind != .damaged else { throw error }
                guard configuration.fallsBackToTemporary else {
                    throw SpeedPixError(
                        .configuration, "the data directory \(kept) cannot be used: \(error.reason)",
                        remedy: error.kind == .held
                            ? "wait for the other one to end, or name another folder"
                            : "name another folder, or make room in this one", cause: error)
                }
                refusal = error.reason
                directory = nil
            }
        }
        let files = try await ObjectStore(directory: directory, uniqueName: configuration.uniqueName)
        do {
            // The console lists more than memory should hold.
            if configuration.hasConsole, predictions == nil {
                predictions = try PredictionDatabase(folder: files.root, beforeCommit: configuration.beforeCommit)
            }
            let keys = directory.map { KeyFile(directory: $0) }
            // Now, so that a file that cannot be used is not found out by those whose calls are refused.
            _ = try keys?.keys()
            let secrets = configuration.secretBytes
            let rootKey = try SecretFile.secret(at: files.root.appending(rootKeyName), make: secrets)
            let adminToken = try SecretFile.secret(at: files.root.appending(adminTokenName), make: secrets)
            let consoleKey =
                try configuration.hasConsole
                ? SecretFile.secret(at: files.root.appending(consoleKeyName), make: secrets) : nil
            let nonces = try await predictions?.nonces(after: configuration.now())
            let workflows = try await WorkflowStore.open(
                predictions, now: configuration.now, clock: configuration.clock)
            return GatewayStorage(
                files: files, predictions: predictions, workflows: workflows, refusal: refusal, rootKey: rootKey,
                adminToken: Secret(adminToken.hexadecimal), consoleKey: consoleKey, keys: keys,
                nonces: NonceCache(nonces ?? []), lock: lock)
        } catch {
            await predictions?.close()
            await files.close()
            throw error
        }
    }

    /// Closes the database, removes unfinished uploads and a temporary folder, and releases the lock on the data directory.
    func close() async {
        await predictions?.close()
        await files.close()
        lock?.release()
    }

    /// Keeps a data directory to this process, before anything in it is touched.
    ///
    /// - Throws: ``StorageError``.
    private static func lock(_ directory: String) throws(StorageError) -> ProcessLock {
        let action = "lock the data directory \(directory)"
        let folder = ObjectStore.folder(in: directory)
        do {
            try Folder.makePrivate(folder)
        } catch {
            throw StorageError(action: action, reason: "its folder cannot be made (\(error))")
        }
        do {
            return try ProcessLock(path: folder.appending(lockName).string)
        } catch {
            switch error {
            case .held(let number):
                let which = number.map { " (process \($0))" } ?? ""
                throw StorageError(.held, action: action, reason: "another gateway has it\(which)")
            case .refused(let words): throw StorageError(action: action, reason: words)
            }
        }
    }
}
