import LocalFiles
package import SpeedPix
import SystemPackage

/// How commands of this machine find the gateway that has a data directory, and show that they may run and publish there: by
/// files that only their owner can read.
package struct GatewayAccess: Sendable {
    private static let endpointName = "endpoint"
    /// No script may read a file whose name begins like this.
    private static let credentialsName = "speedpix-credentials-gateway"

    private let folder: FilePath

    /// - Parameter directory: The data directory of the gateway.
    package init(directory: String) {
        folder = ObjectStore.folder(in: directory)
    }

    /// The path of the file with the address of the gateway that runs.
    package var endpointFile: String { folder.appending(Self.endpointName).string }

    /// The path of the file with the token that the gateway's own routes ask for.
    package var tokenFile: String { folder.appending(GatewayStorage.adminTokenName).string }

    /// The path of the file with the application key and, in a second line, the secret of the gateway that runs. It is there if
    /// the secret was made up: one that was given is where its owner keeps it.
    package var credentialsFile: String { folder.appending(Self.credentialsName).string }

    /// Whether a gateway has the folder, so that the file with the address is its own. One that was killed has left its file,
    /// and who listens at its address now must not get the token.
    package var isRunning: Bool {
        FileKind(FilePath(endpointFile)) != nil
            && ProcessLock.isHeld(path: folder.appending(GatewayStorage.lockName).string)
    }

    /// Writes down where a gateway listens that has begun on the folder.
    ///
    /// - Parameter credentials: Its application key and secret, if the secret was made up.
    /// - Throws: ``SpeedPixError`` `file_system`.
    package func write(endpoint: String, credentials: (appKey: String, secret: Secret)? = nil) throws {
        if let credentials { try write("\(credentials.appKey)\n\(credentials.secret.revealed)", to: credentialsFile) }
        // Last: whoever finds the address finds the rest.
        try write(endpoint, to: endpointFile)
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try AtomicFile.replace(
                FilePath(path), with: CollectionOfOne(Array("\(text)\n".utf8)), permissions: .ownerReadWrite)
        } catch {
            throw SpeedPixError(.fileSystem, "\(path.printable()) cannot be written: \(error)", cause: error)
        }
    }

    /// Takes the address away again, and the credentials. Those that stay after a kill count for nothing (``isRunning``), and the
    /// next gateway on the folder takes them away before anything else.
    package func removeEndpoint() {
        for path in [endpointFile, credentialsFile] { try? FileRemoval.remove(FilePath(path)) }
    }
}
