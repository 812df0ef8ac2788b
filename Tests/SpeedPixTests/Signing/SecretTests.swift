import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Printing and sending of the secret")
struct SecretTests {
    /// Everything that Swift prints of a value by itself.
    private func texts(of value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), dumped, "\(value)"].joined(separator: "\n")
    }

    /// - Parameter text: Must hold the secret in no form that a print of bytes takes.
    private func expectNoSecret(in text: String, _ sourceLocation: SourceLocation = #_sourceLocation) {
        let bytes = Array(ScriptedService.appSecret.utf8)
        let forms = [
            ScriptedService.appSecret,
            bytes.map(String.init).joined(separator: ", "),
            bytes.map { "- \($0)" }.joined(separator: "\n"),
            bytes.map { String($0, radix: 16) }.joined(),
        ]
        for form in forms {
            #expect(!text.contains(form), sourceLocation: sourceLocation)
        }
    }

    @Test("A secret is printed as <redacted>")
    func aSecretIsRedacted() {
        let secret = Secret(ScriptedService.appSecret)
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        expectNoSecret(in: texts(of: secret))
        expectNoSecret(in: texts(of: ["nested": [secret]]))
    }

    @Test("The client, its parts and its configuration are printed without the secret")
    func clientValues() throws {
        let service = try ScriptedService()
        expectNoSecret(in: texts(of: service.client.configuration))
        expectNoSecret(in: texts(of: service.client))
        expectNoSecret(in: texts(of: service.predictions))
        expectNoSecret(in: texts(of: service.files))
        expectNoSecret(
            in: texts(of: RequestSigner(appKey: "k", secret: Secret(ScriptedService.appSecret))))
        #expect("\(service.client.configuration)".contains("appSecret: <redacted>"))
    }

    @Test(
        "An error of a call is printed without the secret",
        arguments: [
            ScriptedReply.gateway("Invalid Signature, Server StringToSign:`POST#application/json`"),
            .refusedConnection, .reset, .text("<html>"), .refusal("WorkflowNotFound", "no such workflow"),
        ])
    func serviceErrors(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        let error = try await speedPixError { try await service.create() }
        expectNoSecret(in: texts(of: error))
    }

    @Test("An error of a configuration is printed without the secret")
    func configurationErrors() throws {
        for (key, endpoint) in [("", "https://a.test"), ("key", "ftp://a.test"), ("two words", "https://a.test")] {
            let error = try speedPixError {
                try SpeedPixClient.Configuration(appKey: key, appSecret: ScriptedService.appSecret, endpoint: endpoint)
            }
            expectNoSecret(in: texts(of: error))
        }
    }

    @Test("A request does not contain the secret")
    func requestsWithoutSecret() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1"]))
        _ = try await service.create()
        for request in service.requests { expectNoSecret(in: texts(of: request)) }
    }
}
