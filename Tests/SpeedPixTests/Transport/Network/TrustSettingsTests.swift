import NIOSSL
import SpeedPixTestSupport
import Testing

@testable import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Trusted certificates")
struct TrustSettingsTests {
    private func added(_ path: String) throws -> Int {
        var trust = TrustSettings()
        return try trust.add(certificatesIn: path)
    }

    @Test("TrustSettings adds one or more certificates from a PEM file with other text")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let one = try folder.write("one.pem", Array(TestCertificates.company.utf8))
            let both = "# ours\n\(TestCertificates.company)\nand theirs\n\(TestCertificates.other)\n"
            let two = try folder.write("two.pem", Array(both.utf8))
            #expect(try added(one) == 1)
            #expect(try added(two) == 2)
            var trust = TrustSettings()
            #expect(trust.isDefault)
            try trust.add(certificatesIn: one)
            #expect(!trust.isDefault)
            #expect(trust.tlsConfiguration.trustRoots == nil || trust.tlsConfiguration.trustRoots == .default)
            #expect(trust.tlsConfiguration.additionalTrustRoots.count == 1)
        }
    }

    @Test("TrustSettings takes SSL_CERT_FILE and the folders of SSL_CERT_DIR together")
    func fileAndFolders() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("all.pem", Array(TestCertificates.company.utf8))
            for name in ["one", "two"] {
                try FileManager.default.createDirectory(atPath: folder[name], withIntermediateDirectories: false)
                _ = try folder.write("\(name)/0123abcd.0", Array(TestCertificates.other.utf8))
            }
            var trust = try TrustSettings(environment: [
                "SSL_CERT_FILE": file, "SSL_CERT_DIR": "\(folder["one"]):\(folder["two"])",
            ])
            try trust.add(certificatesIn: file)
            let configuration = trust.tlsConfiguration
            _ = try NIOSSLContext(configuration: configuration)
            #expect(configuration.trustRoots == .file(folder["one"]))
            // The file, what is in the other folder, and what was added.
            #expect(configuration.additionalTrustRoots.count == 3)
        }
    }

    @Test("TrustSettings adds a certificate in DER form")
    func binary() async throws {
        try await withTemporaryFolder { folder in
            let lines = TestCertificates.company.split(separator: "\n").dropFirst().dropLast()
            let bytes = try #require(Data(base64Encoded: lines.joined()))
            #expect(try added(folder.write("ca.der", Array(bytes))) == 1)
        }
    }

    @Test("TrustSettings names a certificate file that cannot be used, with the reason")
    func mistakes() async throws {
        try await withTemporaryFolder { folder in
            let empty = try folder.write("empty.pem", [])
            let text = try folder.write("text.pem", Array("no certificate".utf8))
            let broken = try folder.write(
                "broken.pem", Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8))
            for (path, reason) in [
                (folder["none.pem"], "cannot be read: No such file or directory"),
                (folder.path, "cannot be read: Is a directory"), (empty, "has no certificate in it"),
                (text, "has no certificate in it"), (broken, "a certificate in it is damaged"),
            ] {
                let error = try speedPixError { try added(path) }
                #expect(error.code == .configuration)
                #expect(
                    error.message.hasPrefix("ca_file \(path)") && error.message.contains(reason), "\(error.message)")
                #expect(error.remedy?.isEmpty == false)
                #expect(!error.isRetryable)
            }
        }
    }

    @Test("TrustSettings uses SSL_CERT_FILE and SSL_CERT_DIR instead of the system's certificates")
    func environment() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("ca.pem", Array(TestCertificates.company.utf8))
            #expect(try TrustSettings(environment: [:]) == TrustSettings())
            #expect(try TrustSettings(environment: ["SSL_CERT_FILE": "", "SSL_CERT_DIR": ""]).isDefault)
            let both = try TrustSettings(
                environment: ["SSL_CERT_FILE": file, "SSL_CERT_DIR": "\(folder.path):/"]
            ).tlsConfiguration
            #expect(both.trustRoots == .file(folder.path))
            #expect(both.additionalTrustRoots == [.file(file), .certificates([])])
            let only = try TrustSettings(environment: ["SSL_CERT_DIR": folder.path]).tlsConfiguration
            #expect(only.trustRoots == .file(folder.path))
            for (name, value, reason) in [
                ("SSL_CERT_FILE", "/nowhere/ca.pem", "No such file"), ("SSL_CERT_FILE", "/dev/null", "no certificate"),
                ("SSL_CERT_DIR", "/nowhere", "No such file"), ("SSL_CERT_DIR", file, "Not a directory"),
            ] {
                let error = try speedPixError { try TrustSettings(environment: [name: value]) }
                #expect(error.code == .configuration)
                #expect(error.message.hasPrefix("\(name) \(value)") && error.message.contains(reason))
            }
        }
    }
}
