import LocalFiles
import SpeedPix
import SystemPackage

/// How commands of this machine find the gateway that has a data directory, and show that they may publish there: by two files
/// that only their owner can read.
package struct GatewayAccess: Sendable {
    private static let endpointName = "endpoint"

    private let folder: FilePath

    /// - Parameter directory: The data directory of the gateway.
    package init(directory: String) {
        folder = ObjectStore.folder(in: directory)
    }

    /// The path of the file with the address of the gateway that runs.
    package var endpointFile: String { folder.appending(Self.endpointName).string }

    /// The path of the file with the token that the gateway's own routes ask for.
    package var tokenFile: String { folder.appending(GatewayStorage.adminTokenName).string }

    /// Whether a gateway has the folder, so that the file with the address is its own. One that was killed has left its file,
    /// and who listens at its address now must not get the token.
    package var isRunning: Bool {
        FileKind(FilePath(endpointFile)) != nil
            && ProcessLock.isHeld(path: folder.appending(GatewayStorage.lockName).string)
    }

    /// Writes down where a gateway listens that has begun on the folder.
    ///
    /// - Throws: ``SpeedPixError`` `file_system`.
    package func write(endpoint: String) throws {
        do {
            try AtomicFile.replace(
                FilePath(endpointFile), with: CollectionOfOne(Array("\(endpoint)\n".utf8)),
                permissions: .ownerReadWrite)
        } catch {
            throw SpeedPixError(.fileSystem, "\(endpointFile.printable()) cannot be written: \(error)", cause: error)
        }
    }

    /// Takes the address away again. One that stays after a kill counts for nothing (``isRunning``), and the next gateway on the
    /// folder takes it away before anything else.
    package func removeEndpoint() {
        try? FileRemoval.remove(FilePath(endpointFile))
    }
}
