import Crypto
import Synchronization

/// The SHA-256 of files that lie still, so that a picture which goes into thousands of creates is read once.
final class KnownDigests: Sendable {
    /// About a megabyte.
    private static let most = 8192

    private let digests = Mutex<[FileVersion: SHA256Digest]>([:])

    /// The digest of a content, from memory if it is a file that was read before and has not changed since.
    func digest(of content: UploadContent, isUnambiguous: (FileVersion) -> Bool) async throws -> SHA256Digest {
        guard let version = content.version, isUnambiguous(version) else { return try await content.wholeDigest() }
        if let known = digests.withLock({ $0[version] }) { return known }
        let digest = try await content.wholeDigest()
        digests.withLock { digests in
            if digests.count >= Self.most { digests.removeAll() }
            digests[version] = digest
        }
        return digest
    }
}
