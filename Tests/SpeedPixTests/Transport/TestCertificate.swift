import NIOSSL

/// Self-signed certificates for `localhost` and 127.0.0.1, made for tests; their key is no secret.
enum TestCertificate {
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgw5Nl5i6O2wkXMeU/
        1tzDrtnBe4AbDMtQH4YcQJ/iKYihRANCAAS+jd1h0M0w8Duy9jOIk3iiITCW5HE4
        B2cKvnmgcSD4LHkds1QQlACVVBf8jdQkhOodzPDRVNO0Lvn4w6n15DQt
        -----END PRIVATE KEY-----
        """
    /// Valid from 2020 to 2120.
    static let selfSigned = """
        -----BEGIN CERTIFICATE-----
        MIIBNjCB3aADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
        dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvo3dYdDNMPA7svYz
        iJN4oiEwluRxOAdnCr55oHEg+Cx5HbNUEJQAlVQX/I3UJITqHczw0VTTtC75+MOp
        9eQ0LaMeMBwwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49BAMC
        A0gAMEUCIFO30lbC6ZTTKYFskdu2mIxOg02+b6xLqGQEA8QZTQOtAiEAz7Al8LSu
        jRusJKtlgvtkb4Vxktdv2Wy1jfQy7mI6LUg=
        -----END CERTIFICATE-----
        """
    /// Expired on 1 January 2021.
    static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBNDCB26ADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
        dDAeFw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxv
        Y2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABL6N3WHQzTDwO7L2M4iT
        eKIhMJbkcTgHZwq+eaBxIPgseR2zVBCUAJVUF/yN1CSE6h3M8NFU07Qu+fjDqfXk
        NC2jHjAcMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNI
        ADBFAiA7N3lRXcJ/HlEthCRgDv7JmVRI0dW/uAFPGkIKchPj/gIhAMSz9iYnr1hB
        JEhjntADGLs5+bYZztZsBMliXpb1A1MB
        -----END CERTIFICATE-----
        """

    /// What a server needs to present one of them.
    static func serverContext(_ certificate: String) throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))))
    }
}
