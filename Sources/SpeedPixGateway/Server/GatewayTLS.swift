import NIOSSL
import SpeedPix

/// The files of a gateway that speaks TLS itself. They are read when it starts.
package struct GatewayTLS: Sendable, Hashable {
    /// A PEM file with the gateway's certificate and those between it and a known authority.
    package var certificateFile: String
    /// A PEM file with the certificate's private key.
    package var keyFile: String

    package init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// - Throws: ``SpeedPixError`` `configuration` that names the file that cannot be used.
    func context() throws(SpeedPixError) -> NIOSSLContext {
        let chain: [NIOSSLCertificateSource]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) }
        } catch {
            throw Self.failure("the certificate \(certificateFile) cannot be used", error)
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw Self.failure("the private key \(keyFile) cannot be used", error)
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Self.failure("the certificate \(certificateFile) and the key \(keyFile) do not go together", error)
        }
    }

    private static func failure(_ message: String, _ error: any Error) -> SpeedPixError {
        SpeedPixError(
            .configuration, message, remedy: "name PEM files that this user may read, of one certificate and its key",
            cause: error)
    }
}
