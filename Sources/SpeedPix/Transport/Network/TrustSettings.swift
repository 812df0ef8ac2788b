package import NIOSSL
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Which certificates a server's is checked against.
public struct TrustSettings: Sendable, Hashable {
    /// Certificates of files, beside the others.
    private var added: [NIOSSLCertificate] = []
    /// Files and folders of certificates that count instead of the system's.
    private var replacements: [Replacement] = []

    private struct Replacement: Hashable {
        let path: String
        let isFolder: Bool
    }

    /// Bytes. The list of all public authorities has a quarter of a million.
    private static let largest = 16 << 20

    /// What the system trusts.
    public init() {}

    /// As the environment has it, for programs that use OpenSSL: the certificates of `SSL_CERT_FILE`, and those in the folders
    /// of `SSL_CERT_DIR` (with colons between), count instead of the system's. An empty variable counts as unset.
    ///
    /// Folders must have been made ready by `openssl rehash`.
    ///
    /// - Throws: ``SpeedPixError`` with code `configuration` for a file or a folder that is not there, cannot be read, or has
    ///   nothing in it.
    public init(environment: [String: String]) throws {
        if let path = environment["SSL_CERT_FILE"], !path.isEmpty {
            let bytes = try Self.content(of: path, for: "SSL_CERT_FILE")
            // Read as a whole with the first connection, since it may hold all that the system has.
            guard Self.hasCertificate(bytes) else { throw Self.empty(path, "SSL_CERT_FILE") }
            replacements.append(Replacement(path: path, isFolder: false))
        }
        for path in (environment["SSL_CERT_DIR"] ?? "").split(separator: ":") {
            let folder = try Self.folder(String(path), for: "SSL_CERT_DIR")
            replacements.append(Replacement(path: folder, isFolder: true))
        }
    }

    /// Trusts the certificates of a file as well: a company's own authority.
    ///
    /// - Parameters:
    ///   - path: A file of one or more certificates in PEM form, or one in DER form.
    ///   - name: The setting that it comes from, as messages begin.
    /// - Returns: How many certificates there are.
    /// - Throws: ``SpeedPixError`` with code `configuration`, which names the file, if it is not there, cannot be read, or has
    ///   no certificate in it.
    @discardableResult
    public mutating func add(certificatesIn path: String, for name: String = "ca_file") throws -> Int {
        let bytes = try Self.content(of: path, for: name)
        var certificates: [NIOSSLCertificate] = []
        if Self.hasCertificate(bytes) {
            do {
                certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            } catch {
                throw SpeedPixError(
                    .configuration, "\(name) \(path.printable()): a certificate in it is damaged",
                    remedy: "export it again; openssl x509 -in FILE -noout -text shows whether it is whole",
                    cause: error)
            }
        } else if let certificate = try? NIOSSLCertificate(bytes: bytes, format: .der) {
            certificates = [certificate]
        }
        guard !certificates.isEmpty else { throw Self.empty(path, name) }
        added += certificates
        return certificates.count
    }

    /// Whether nothing but the system's certificates count.
    package var isDefault: Bool { added.isEmpty && replacements.isEmpty }

    /// What a client is made with.
    package var tlsConfiguration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // NIOSSL takes a folder as the roots themselves, and not beside them.
        if let first = replacements.firstIndex(where: \.isFolder) ?? replacements.indices.first {
            configuration.trustRoots = .file(replacements[first].path)
            for (index, other) in replacements.enumerated() where index != first {
                configuration.additionalTrustRoots.append(
                    other.isFolder ? .certificates(Self.certificates(inFolder: other.path)) : .file(other.path))
            }
        }
        if !added.isEmpty { configuration.additionalTrustRoots.append(.certificates(added)) }
        return configuration
    }

    // MARK: Files

    private static func content(of path: String, for name: String) throws -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            return try file.closeAfter {
                var bytes: [UInt8] = []
                while true {
                    let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    guard !chunk.isEmpty else { return bytes }
                    bytes += chunk
                    guard bytes.count <= largest else {
                        throw SpeedPixError(
                            .configuration, "\(name) \(path.printable()) is larger than \(largest >> 20) MiB",
                            remedy: "name a file of certificates")
                    }
                }
            }
        } catch let error as Errno {
            throw unreadable(path, name: name, error: error)
        }
    }

    private static func folder(_ path: String, for name: String) throws -> String {
        do {
            let folder = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
            try folder.close()
            return path
        } catch let error as Errno {
            throw unreadable(path, name: name, error: error)
        }
    }

    /// Of the files that OpenSSL would find there: by a hash of eight digits and a number.
    private static func certificates(inFolder path: String) -> [NIOSSLCertificate] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().filter { $0.firstMatch(of: /^[0-9a-f]{8}\.[0-9]+$/) != nil }
            .flatMap { (try? NIOSSLCertificate.fromPEMFile("\(path)/\($0)")) ?? [] }
    }

    private static func unreadable(_ path: String, name: String, error: Errno) -> SpeedPixError {
        SpeedPixError(
            .configuration, "\(name) \(path.printable()) cannot be read: \(error)",
            remedy: "name a file of certificates that you may read, or unset it to trust what the system trusts",
            cause: error)
    }

    private static func empty(_ path: String, _ name: String) -> SpeedPixError {
        SpeedPixError(
            .configuration, "\(name) \(path.printable()) has no certificate in it",
            remedy: "it takes one or more in PEM form, each between BEGIN CERTIFICATE and END CERTIFICATE")
    }

    /// Whether there is a certificate in PEM form (RFC 7468; OpenSSL writes the other two).
    private static func hasCertificate(_ bytes: [UInt8]) -> Bool {
        let headers = ["", "TRUSTED ", "X509 "].map { Array("-----BEGIN \($0)CERTIFICATE-----".utf8) }
        var dashes = 0
        // From a run of dashes on: everything else of a file that may hold all certificates of a system is looked at once.
        for (index, byte) in bytes.enumerated() {
            dashes = byte == UInt8(ascii: "-") ? dashes + 1 : 0
            guard dashes >= 5 else { continue }
            let rest = bytes[(index - 4)...]
            if headers.contains(where: rest.starts(with:)) { return true }
        }
        return false
    }
}
