import SpeedPix
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    private func endpoint(_ text: String) throws -> String {
        try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: text).endpoint
    }

    @Test(
        "Configuration normalizes endpoints",
        arguments: [
            ("https://service.test", "https://service.test"),
            ("https://service.test/", "https://service.test"),
            ("https://service.test///", "https://service.test"),
            ("  https://service.test \n", "https://service.test"),
            ("http://127.0.0.1:8187", "http://127.0.0.1:8187"),
            ("http://[::1]:8187/", "http://[::1]:8187"),
            ("https://service.test/base/path/", "https://service.test/base/path"),
            ("service.test", "https://service.test"),
            ("localhost:8187", "https://localhost:8187"),
        ])
    func endpointsAreNormalised(given: String, normalised: String) throws {
        #expect(try endpoint(given) == normalised)
    }

    @Test(
        "Configuration refuses an invalid endpoint without repeating its password",
        arguments: [
            "", " ", "/", "https://", "ftp://service.test", "file:///etc/passwd", "https://service test",
            "https://a\nb",
            "https://service.test?x=1", "https://service.test/#top", "https://user@service.test",
            "https://user:word@service.test", "https://:word@service.test", "https:///path", "https://a\u{1B}b",
        ])
    func invalidEndpoints(_ text: String) throws {
        let error = try speedPixError { try endpoint(text) }
        #expect(error.code == .configuration)
        #expect(error.remedy?.contains("http://127.0.0.1:8187") == true)
        #expect(!error.message.contains("\n"))
        #expect(!error.message.contains("\u{1B}"))
        #expect(!error.message.contains("word@"))
    }

    @Test("The path of an endpoint is part of the URL and of the signature")
    func basePathOfAnEndpoint() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1"]), endpoint: "https://service.test/base/")
        _ = try await service.create()
        let request = try #require(service.requests.first)
        #expect(request.url == "https://service.test/base/scc/comfy_prompt")
        let nonce = try #require(request.headers[.caNonce])
        let signer = RequestSigner(appKey: ScriptedService.appKey, secret: Secret(ScriptedService.appSecret))
        let expected = signer.headers(
            path: "/base/scc/comfy_prompt", body: request.body, date: service.date.now, nonce: nonce)
        #expect(request.headers[.caSignature] == expected[.caSignature])
    }

    // MARK: Environment

    static let environment = [
        "SPEEDPIX_APP_KEY": "env-key", "SPEEDPIX_APP_SECRET": "env-secret", "SPEEDPIX_ENDPOINT": "http://env.test",
    ]

    @Test("Configuration reads key, secret and endpoint from the environment")
    func theEnvironmentIsRead() throws {
        let configuration = try SpeedPixClient.Configuration(environment: Self.environment)
        #expect(configuration.appKey == "env-key")
        #expect(configuration.appSecret == Secret("env-secret"))
        #expect(configuration.endpoint == "http://env.test")
        #expect(configuration.timeout == .seconds(30))
    }

    @Test("Configuration prefers arguments to the environment")
    func argumentsWinOverTheEnvironment() throws {
        let configuration = try SpeedPixClient.Configuration(
            environment: Self.environment, appKey: "key", appSecret: "secret", endpoint: "http://argument.test")
        #expect(configuration.appKey == "key")
        #expect(configuration.appSecret == Secret("secret"))
        #expect(configuration.endpoint == "http://argument.test")
    }

    @Test("Configuration takes an empty endpoint variable as unset")
    func anEmptyEndpointVariableIsUnset() throws {
        let environment = Self.environment.merging(["SPEEDPIX_ENDPOINT": ""]) { $1 }
        #expect(
            try SpeedPixClient.Configuration(environment: environment).endpoint
                == SpeedPixClient.Configuration.defaultEndpoint)
    }

    @Test(
        "Configuration names the variable that is missing or empty",
        arguments: ["SPEEDPIX_APP_KEY", "SPEEDPIX_APP_SECRET"], [nil, ""])
    func aMissingVariableIsNamed(name: String, value: String?) throws {
        var environment = Self.environment
        environment[name] = value
        let error = try speedPixError { try SpeedPixClient.Configuration(environment: environment) }
        #expect(error.code == .configuration)
        #expect(error.message.contains("missing"))
        #expect(error.remedy?.contains(name) == true)
    }

    @Test(
        "Configuration refuses a key with blanks, control characters or non-ASCII letters",
        arguments: ["two words", "line\nbreak", "tab\t", "ключ"])
    func invalidKey(_ key: String) throws {
        let error = try speedPixError { try SpeedPixClient.Configuration(appKey: key, appSecret: "secret") }
        #expect(error.code == .configuration)
        #expect(error.remedy != nil)
    }
}
