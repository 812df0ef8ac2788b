import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Signing: the protocol's vectors")
struct SigningVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String?
        let md5: String?
        let signature: String

        var testDescription: String { "\(path) \(body ?? "without a body")" }
    }

    static let vectors = [
        Vector(
            path: "/scc/comfy_get_progress", body: #"{"taskId":"t-123"}"#, md5: "5ASbFpElyaEx515NIVv+Bw==",
            signature: "jTKYEZN2VZK8oaFAGFIwJJfQBPpejiXwbPksLcUgUCs="),
        Vector(
            path: "/scc/comfy_get_progress", body: nil, md5: nil,
            signature: "e+RsnKKGqoStVJmjkYwnrZZaxlsrYWt3PS+9c+m1yc8="),
        Vector(
            path: "/scc/comfy_prompt",
            body: #"{"workflow_id":"wf-1","inputs":{"text":"一幅山水画"},"alias_id":"main"}"#,
            md5: "/tIkyOTe0e/1eRyq60ppRg==", signature: "o2XEqplGrfPYJJGJ+5lQFYON/jSjHD6ZyNJ+cjLZCT4="),
    ]

    private func signed(_ path: String, _ body: String?) -> HTTPFields {
        RequestSigner(appKey: ScriptedService.appKey, secret: Secret(ScriptedService.appSecret))
            .headers(
                path: path, body: body.map { Array($0.utf8) }, date: ManualDate().now,
                nonce: "11111111-2222-4333-8444-555555555555")
    }

    @Test("RequestSigner gives the signature and MD5 of each vector", arguments: vectors)
    func signatureOfAVector(_ vector: Vector) {
        let headers = signed(vector.path, vector.body)
        #expect(headers[.contentMD5] == vector.md5)
        #expect(headers[.caSignature] == vector.signature)
    }

    @Test("RequestSigner sets the headers that the protocol defines")
    func signedHeaders() {
        let headers = signed("/scc/comfy_get_progress", #"{"taskId":"t-123"}"#)
        let expected = [
            "accept": "application/json; charset=utf-8",
            "content-type": "application/json; charset=utf-8",
            "date": "Tue, 14 Nov 2023 22:13:20 GMT+00:00",
            "content-md5": "5ASbFpElyaEx515NIVv+Bw==",
            "x-ca-key": "test-app-key",
            "x-ca-nonce": "11111111-2222-4333-8444-555555555555",
            "x-ca-timestamp": "1700000000000",
            "x-ca-signature-method": "HmacSHA256",
            "x-ca-signature-headers": "x-ca-timestamp,x-ca-key,x-ca-nonce,x-ca-signature-method",
            "x-ca-signature": "jTKYEZN2VZK8oaFAGFIwJJfQBPpejiXwbPksLcUgUCs=",
        ]
        let actual = Dictionary(headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { $0 + "," + $1 })
        #expect(actual == expected)
    }

    @Test("RequestSigner signs an empty body as no body")
    func anEmptyBodyIsNoBody() {
        #expect(signed("/a", "")[.caSignature] == signed("/a", nil)[.caSignature])
        #expect(signed("/a", "")[.contentMD5] == nil)
    }

    /// Whatever goes into the string-to-sign changes the signature.
    @Test("RequestSigner gives another signature for each change of the string to sign")
    func everyPartIsSigned() {
        let base = signed("/a", "{}")[.caSignature]
        #expect(signed("/b", "{}")[.caSignature] != base)
        #expect(signed("/a", "{ }")[.caSignature] != base)
        #expect(signed("/a?x=1", "{}")[.caSignature] != base)
    }
}
