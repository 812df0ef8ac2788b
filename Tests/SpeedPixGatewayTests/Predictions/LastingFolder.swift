import GRDB
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import _NIOFileSystem

@testable import SpeedPixGateway

/// A data directory that one gateway after the other keeps its predictions in.
struct LastingFolder: Sendable {
    let directory: FilePath

    /// The gateway's own folder in it.
    var folder: FilePath { directory.appending("speedpix-gateway") }
    var database: FilePath { folder.appending(PredictionDatabase.filename) }

    static func with(_ body: @Sendable (LastingFolder) async throws -> Void) async throws {
        try await withDirectory { try await body(LastingFolder(directory: $0)) }
    }

    /// A gateway on it, with workflows `light` (held by a gate) and `echo`.
    func run(
        _ gate: Gate = Gate(), _ change: (inout GatewayConfiguration) -> Void = { _ in },
        body: (TestGateway) async throws -> Void
    ) async throws {
        let configuration = configured {
            $0.dataDirectory = directory.string
            $0.keepsPredictions = true
            $0.workers = 1
            change(&$0)
        }
        try await TestGateway.run(
            workflows: [GatedWorkflow(id: "light", isComputing: false, gate: gate), EchoWorkflow()],
            with: configuration, body: body)
    }

    /// Another connection to the database, as of another process.
    func sql<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        var configuration = Configuration()
        // A gateway may be writing.
        configuration.busyMode = .timeout(30)
        return try await DatabaseQueue(path: database.string, configuration: configuration).write(body)
    }

    /// The same for reading alone, which need not wait for a gateway that is writing.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        return try await DatabaseQueue(path: database.string, configuration: configuration).read(body)
    }

    func statuses() async throws -> [String] {
        try await sql { try String.fetchAll($0, sql: "SELECT status FROM prediction ORDER BY number") }
    }

    /// Names of the stored files.
    func files(_ key: ObjectKey.Folder) async throws -> [String] {
        try await FileSystem.shared.withDirectoryHandle(atPath: folder.appending(key.rawValue)) { handle in
            var names: [String] = []
            for try await entry in handle.listContents() { names.append(entry.name.string) }
            return names.sorted()
        }
    }
}
