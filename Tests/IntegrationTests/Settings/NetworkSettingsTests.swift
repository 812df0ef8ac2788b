import Foundation
import SpeedPix
import SpeedPixCommands
import SpeedPixTestSupport
import Testing

@Suite("Settings of proxies and certificates")
struct NetworkSettingsTests {
    /// Runs `body` with the endpoint of a gateway behind TLS, and a proxy that asks for a password.
    private func run(
        body: @escaping @Sendable (_ endpoint: String, _ tls: TestRelay, _ proxy: TestRelay) async throws -> Void
    ) async throws {
        try await TestService.run { endpoint in
            try await TestRelay.withRunning(.tls(endpoint: endpoint)) { tls in
                try await TestRelay.withRunning(.proxy(credentials: "user:hunter2pass")) { proxy in
                    try await body("https://localhost:\(tls.port)", tls, proxy)
                }
            }
        }
    }

    private func protect(_ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    @Test("HTTPS_PROXY and the setting ca_file are used for calls and files")
    func environment() async throws {
        try await run { endpoint, tls, proxy in
            let folder = try TestFolder()
            try folder.write(TestCertificates.company, to: "company.pem")
            try folder.write("ca_file = 'company.pem'", to: "speedpix.toml")
            try folder.write("a photo", to: "photo.txt")
            var environment = TestService.environment(endpoint)
            environment["HTTPS_PROXY"] = "http://user:hunter2pass@127.0.0.1:\(proxy.port)"
            environment["NO_PROXY"] = "<-loopback>"
            let done = await CommandRun(
                ["predict", "echo", "image=./photo.txt", "--save", "out"], in: folder, environment: environment)
            #expect(done.status == .success, "\(done.errors)")
            #expect(try folder.read("out/photo.txt") == Array("a photo".utf8))
            #expect(!proxy.requests.isEmpty && proxy.requests.allSatisfy { $0 == "CONNECT localhost:\(tls.port)" })
            #expect(tls.requests.contains { $0.hasPrefix("PUT /files/uploads/") })
        }
    }

    @Test("The settings proxy and no_proxy come before the environment, and none means no proxy")
    func settings() async throws {
        try await run { endpoint, _, proxy in
            let folder = try TestFolder()
            try folder.write(TestCertificates.company, to: "company.pem")
            var environment = TestService.environment(endpoint)
            environment["SSL_CERT_FILE"] = "company.pem"
            environment["https_proxy"] = "http://127.0.0.1:1"
            environment["no_proxy"] = "<-loopback>"
            try folder.write("proxy = 'none'", to: "speedpix.toml")
            let direct = await CommandRun(["predict", "echo", "text=hi"], in: folder, environment: environment)
            #expect(direct.status == .success, "\(direct.errors)")
            #expect(proxy.requests.isEmpty)

            try folder.write("proxy = 'http://user:hunter2pass@127.0.0.1:\(proxy.port)'", to: "speedpix.toml")
            try protect("\(folder.path)/speedpix.toml")
            let proxied = await CommandRun(["predict", "echo", "text=hi"], in: folder, environment: environment)
            #expect(proxied.status == .success, "\(proxied.errors)")
            #expect(!proxy.requests.isEmpty)

            let count = proxy.requests.count
            environment["SPEEDPIX_NO_PROXY"] = "localhost"
            let excepted = await CommandRun(["predict", "echo", "text=hi"], in: folder, environment: environment)
            #expect(excepted.status == .success, "\(excepted.errors)")
            #expect(proxy.requests.count == count)
        }
    }

    @Test("A command sends nothing to a service whose certificate is not trusted")
    func untrusted() async throws {
        try await run { endpoint, tls, _ in
            let run = await CommandRun(
                ["jobs", "show", "t-1"], in: try TestFolder(), environment: TestService.environment(endpoint))
            #expect(run.status == .failure)
            #expect(run.errors.lowercased().contains("certificate"), "\(run.errors)")
            #expect(tls.requests.isEmpty)
        }
    }

    @Test(
        "An invalid proxy or certificate ends the command with its origin before anything is sent",
        arguments: [
            ("ca_file = 'none.pem'", [:], "/speedpix.toml:1: ca_file", "No such file or directory"),
            ("ca_file = 'speedpix.toml'", [:], "/speedpix.toml:1: ca_file", "has no certificate in it"),
            ("", ["SPEEDPIX_CA_FILE": "none.pem"], "SPEEDPIX_CA_FILE ", "No such file or directory"),
            ("", ["SSL_CERT_FILE": "none.pem"], "SSL_CERT_FILE ", "No such file or directory"),
            ("", ["SSL_CERT_DIR": "none"], "SSL_CERT_DIR ", "No such file or directory"),
            ("proxy = 'https://p.test'", [:], "/speedpix.toml:1: proxy", "TLS to the proxy itself is not supported"),
            ("", ["HTTPS_PROXY": "ftp://u:hunter2pass@p.test"], "HTTPS_PROXY ", "the scheme \"ftp\""),
        ] as [(String, [String: String], String, String)])
    func mistakes(_ file: String, _ variables: [String: String], _ place: String, _ reason: String) async throws {
        try await TestService.run { endpoint in
            let folder = try TestFolder()
            try folder.write(file, to: "speedpix.toml")
            let environment = TestService.environment(endpoint).merging(variables) { $1 }
            let run = await CommandRun(["predict", "echo", "text=hi"], in: folder, environment: environment)
            #expect(run.status == .configuration)
            #expect(run.errors.contains(place) && run.errors.contains(reason), "\(run.errors)")
            #expect(run.errors.contains("hint: ") && !run.errors.contains("hunter2pass"), "\(run.errors)")
            let doctor = await CommandRun(["doctor"], in: folder, environment: environment)
            #expect(doctor.status == .configuration)
            #expect(doctor.output.contains("bad   network: ") && doctor.output.contains(reason), "\(doctor.output)")
        }
    }

    @Test("--local uses no proxy")
    func local() async throws {
        let environment = ["ALL_PROXY": "http://127.0.0.1:1", "NO_PROXY": "<-loopback>", "SSL_CERT_FILE": "/nowhere"]
        let run = await CommandRun(
            ["predict", "echo", "text=hi", "--local"], in: try TestFolder(), environment: environment)
        #expect(run.status == .success, "\(run.errors)")
    }

    // MARK: Passwords

    @Test("A settings file with a proxy's password is refused if others can read it")
    func privateFile() async throws {
        let folder = try TestFolder()
        try folder.write("proxy = 'http://user:hunter2pass@p.test'", to: "speedpix.toml")
        let path = "\(folder.path)/speedpix.toml"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let environment = TestService.environment("http://127.0.0.1:1")
        let run = await CommandRun(["jobs", "show", "t-1"], in: folder, environment: environment)
        #expect(run.status == .configuration)
        #expect(run.errors.contains("\(path) holds a proxy's password, and others"), "\(run.errors)")
        #expect(!run.errors.contains("hunter2pass"))
    }

    @Test("A proxy's password is redacted in events, encoded and decoded")
    func redacted() async throws {
        let folder = try TestFolder()
        let proxy = "http://user:hunter2%2Fpass@p.test"
        let run = await CommandRun(
            ["run", "-", "--local", "--json", "--allow-env", "HTTPS_PROXY"], in: folder,
            input: "print(os.getenv('HTTPS_PROXY')) print('hunter2/pass')", environment: ["HTTPS_PROXY": proxy])
        #expect(run.status == .success, "\(run.output)")
        #expect(run.output.contains("<redacted>") && !run.output.contains("hunter2"), "\(run.output)")
    }

    // MARK: doctor

    @Test("doctor shows proxies and certificates with their origin and without passwords")
    func doctor() async throws {
        try await run { endpoint, _, proxy in
            let folder = try TestFolder()
            try folder.write(TestCertificates.company, to: "company.pem")
            try folder.write("ca_file = 'company.pem'", to: "speedpix.toml")
            var environment = TestService.environment(endpoint)
            environment["https_proxy"] = "http://user:hunter2pass@127.0.0.1:\(proxy.port)"
            environment["NO_PROXY"] = "<-loopback>,corp.test"
            let run = await CommandRun(["doctor"], in: folder, environment: environment)
            #expect(run.status == .success, "\(run.output)")
            for line in [
                "ok    proxy: https through http://127.0.0.1:\(proxy.port) (https_proxy, with a user name);"
                    + " directly: <-loopback>,corp.test (NO_PROXY)\n",
                "ok    certificates: the system's, and those of \(folder.path)/company.pem"
                    + " (\(folder.path)/speedpix.toml:1)\n",
                "ok    signature: a signed call was accepted",
            ] {
                #expect(run.output.contains(line), "\(run.output)")
            }
            #expect(!run.output.contains("hunter2pass"))
        }
    }

    @Test("doctor names a proxy that does not answer and what to try")
    func doctorWithoutTheProxy() async throws {
        let folder = try TestFolder()
        try folder.write("proxy = 'http://user:hunter2pass@127.0.0.1:1'", to: "speedpix.toml")
        try protect("\(folder.path)/speedpix.toml")
        let run = await CommandRun(
            ["doctor"], in: folder, environment: TestService.environment("https://service.test"))
        #expect(run.status == .configuration)
        #expect(run.output.contains("through the proxy http://127.0.0.1:1: "), "\(run.output)")
        #expect(
            run.output.contains(
                "mend: check the proxy, and whether it reaches the endpoint: curl -sv -x http://127.0.0.1:1"))
        #expect(!run.output.contains("hunter2pass"), "\(run.output)")
    }

    @Test("doctor says when there is no proxy or the endpoint is an exception")
    func doctorDirectly() async throws {
        try await TestService.run { endpoint in
            let folder = try TestFolder()
            let plain = await CommandRun(["doctor"], in: folder, environment: TestService.environment(endpoint))
            #expect(
                plain.output.contains("ok    proxy: none\n")
                    && plain.output.contains("ok    certificates: the system's\n"))
            let environment = TestService.environment(endpoint).merging(["ALL_PROXY": "http://p.test:3128"]) { $1 }
            let excepted = await CommandRun(["doctor"], in: folder, environment: environment)
            #expect(excepted.status == .success, "\(excepted.output)")
            let line =
                "ok    proxy: https through http://p.test:3128 (ALL_PROXY), http through http://p.test:3128 (ALL_PROXY);"
                + " the endpoint directly\n"
            #expect(excepted.output.contains(line), "\(excepted.output)")
        }
    }
}
