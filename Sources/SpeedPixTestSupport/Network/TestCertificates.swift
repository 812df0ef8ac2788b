package import NIOSSL

/// Certificates for tests: those of a company's own authority, of a server and of another authority, good until 2120, and
/// an expired one.
///
/// The key protects nothing: it was made for these tests and is published here.
package enum TestCertificates {
    /// The authority that has signed ``server``.
    package static let company = """
        -----BEGIN CERTIFICATE-----
        MIIBezCCASCgAwIBAgICEAAwCgYIKoZIzj0EAwIwIzEhMB8GA1UEAwwYc3BlZWRw
        aXggdGVzdCBDQSBjb21wYW55MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
        MDAwWjAjMSEwHwYDVQQDDBhzcGVlZHBpeCB0ZXN0IENBIGNvbXBhbnkwWTATBgcq
        hkjOPQIBBggqhkjOPQMBBwNCAAQlYzztrN+VQCJon6aIWv+1OstssT3/tJv7lPBA
        5+VPtTZiZIwDUZwqzwFzjfnKWeNW7cIcsD04dhdSo0cCIFRqo0IwQDAPBgNVHRMB
        Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUgL/BFzXd5ApBOQoG
        4iIxPbi4qZ8wCgYIKoZIzj0EAwIDSQAwRgIhANyrfYr2OEs0mOH0Fo1ITGUXSRey
        nG5G4bjSSGoOMKhSAiEA8P3VBDhdJTCq8lBaBNFCdKNfLVS6n51Ru3r1uYrmxyU=
        -----END CERTIFICATE-----
        """

    /// An authority that has signed nothing.
    package static let other = """
        -----BEGIN CERTIFICATE-----
        MIIBdjCCARygAwIBAgICEAEwCgYIKoZIzj0EAwIwITEfMB0GA1UEAwwWc3BlZWRw
        aXggdGVzdCBDQSBvdGhlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAw
        MFowITEfMB0GA1UEAwwWc3BlZWRwaXggdGVzdCBDQSBvdGhlcjBZMBMGByqGSM49
        AgEGCCqGSM49AwEHA0IABFArS0yuTc3Tq2Bq30SpJIpzLOWqq1otaR45/DgL4BmE
        Av5JkyXSMBEr09wgxZ7efk14g/yXHYVZRYR1ktDlxpajQjBAMA8GA1UdEwEB/wQF
        MAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBSnST92hgSjoh5QREg1zhoZ
        V/oBBzAKBggqhkjOPQQDAgNIADBFAiA4IZJaCGZK4hPQTf4eeY9kjc2oiMotmw0R
        S+NguHlLeAIhALvsclZzNzWBDWbVEnNbQVzUCxdn6X8iNU0krFyGd0Um
        -----END CERTIFICATE-----
        """

    /// For `localhost` and `127.0.0.1`.
    package static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBujCCAV+gAwIBAgICEAIwCgYIKoZIzj0EAwIwIzEhMB8GA1UEAwwYc3BlZWRw
        aXggdGVzdCBDQSBjb21wYW55MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
        MDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAATfyPkYnURPUZHooHwrJSWJhGF/FRDSexOrtPge1Vt7qprWWpR+oirVZhDz
        /3IbRETqPUQe+DRKceS6jtbGlwbqo4GPMIGMMAkGA1UdEwQCMAAwDgYDVR0PAQH/
        BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMBMBoGA1UdEQQTMBGCCWxvY2FsaG9z
        dIcEfwAAATAdBgNVHQ4EFgQUP8xbwiUu1gw7z4XARSU9GGlG6iYwHwYDVR0jBBgw
        FoAUgL/BFzXd5ApBOQoG4iIxPbi4qZ8wCgYIKoZIzj0EAwIDSQAwRgIhAL3kYdx3
        qjC8l+QXylkLB0oEVNG90bqxpSbxSzPRCR0fAiEAu+svgLQ8KkRvfN+b/QSF95nO
        Shgo7GS0wlwp6LDCoDU=
        -----END CERTIFICATE-----
        """

    /// For the same names and of the same key, self-signed, expired on 1 January 2021.
    package static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBNDCB26ADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
        dDAeFw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxv
        Y2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN/I+RidRE9RkeigfCsl
        JYmEYX8VENJ7E6u0+B7VW3uqmtZalH6iKtVmEPP/chtEROo9RB74NEpx5LqO1saX
        BuqjHjAcMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNI
        ADBFAiBJncMuQCqPEEiaqjzE4cJgbbZ/lzSIxs+sFdQco+jc2wIhANiiYdVZm3a1
        sJEKSNNUZN1rkMkf3uS9cBkPlTAnC15T
        -----END CERTIFICATE-----
        """

    /// That of ``server`` and of ``expired``.
    package static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNkU15l51QMpu4tWy
        /+MyXVeGyoMiXrGgj8EYssqldcehRANCAATfyPkYnURPUZHooHwrJSWJhGF/FRDS
        exOrtPge1Vt7qprWWpR+oirVZhDz/3IbRETqPUQe+DRKceS6jtbGlwbq
        -----END PRIVATE KEY-----
        """

    /// What a server needs to present a certificate of ``serverKey``.
    package static func serverContext(_ certificate: String = server) throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(serverKey.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}
