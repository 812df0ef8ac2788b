import HTTPTypes
import SpeedPix
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Verification of signatures")
struct SignatureTests {
    /// The vectors of the protocol's description, made with the official client.
    struct Vector: Sendable {
        let path: String
        let body: String
        let digest: String?
        let signature: String
    }

    static let vectors = [
        Vector(
            path: "/scc/comfy_get_progress", body: #"{"taskId":"t-123"}"#, digest: "5ASbFpElyaEx515NIVv+Bw==",
            signature: "jTKYEZN2VZK8oaFAGFIwJJfQBPpejiXwbPksLcUgUCs="),
        Vector(
            path: "/scc/comfy_get_progress", body: "", digest: nil,
            signature: "e+RsnKKGqoStVJmjkYwnrZZaxlsrYWt3PS+9c+m1yc8="),
        Vector(
            path: "/scc/comfy_prompt", body: #"{"workflow_id":"wf-1","inputs":{"text":"一幅山水画"},"alias_id":"main"}"#,
            digest: "/tIkyOTe0e/1eRyq60ppRg==", signature: "o2XEqplGrfPYJJGJ+5lQFYON/jSjHD6ZyNJ+cjLZCT4="),
    ]

    static let nonce = "11111111-2222-4333-8444-555555555555"
    let now = Date(timeIntervalSince1970: 1_700_000_000)
    let verifier = CallVerifier.test()

    private func head(_ vector: Vector) -> HTTPRequest {
        var fields: HTTPFields = [
            .accept: RequestSigner.mediaType, .contentType: RequestSigner.mediaType,
            .date: "Tue, 14 Nov 2023 22:13:20 GMT+00:00", .caKey: TestGateway.key, .caTimestamp: "1700000000000",
            .caNonce: Self.nonce, .caSignatureMethod: "HmacSHA256",
            .caSignatureHeaders: "x-ca-timestamp,x-ca-key,x-ca-nonce,x-ca-signature-method",
            .caSignature: vector.signature,
        ]
        fields[.contentMD5] = vector.digest
        return HTTPRequest(
            method: .post, scheme: "http", authority: "localhost", path: vector.path, headerFields: fields)
    }

    private func refusal(
        body: String? = nil, at date: Date? = nil, _ change: (inout HTTPRequest) -> Void = { _ in }
    ) -> Refusal? {
        var head = head(Self.vectors[0])
        change(&head)
        do {
            try verifier.verify(head, body: Array((body ?? Self.vectors[0].body).utf8), now: date ?? now)
            return nil
        } catch {
            return error
        }
    }

    @Test("CallVerifier accepts the signatures of the official client", arguments: vectors)
    func theVectorsAreAccepted(_ vector: Vector) throws {
        try verifier.verify(head(vector), body: Array(vector.body.utf8), now: now)
    }

    @Test("CallVerifier refuses a signature with another secret", arguments: vectors)
    func anotherSecretIsRefused(_ vector: Vector) {
        let verifier = CallVerifier.test(secret: Secret("another"))
        #expect(throws: Refusal.self) { try verifier.verify(head(vector), body: Array(vector.body.utf8), now: now) }
    }

    @Test("CallVerifier answers a wrong signature with the string that it has signed itself")
    func wrongSignature() {
        let refusal = refusal { $0.headerFields[.caSignature] = "AAAA" }
        #expect(refusal?.status == .badRequest)
        #expect(
            refusal?.apiGatewayMessage
                == "Invalid Signature, Server StringToSign:`POST#application/json; charset=utf-8#5ASbFpElyaEx515NIVv+Bw=="
                + "#application/json; charset=utf-8#Tue, 14 Nov 2023 22:13:20 GMT+00:00#x-ca-key:test-app-key"
                + "#x-ca-nonce:11111111-2222-4333-8444-555555555555#x-ca-signature-method:HmacSHA256"
                + "#x-ca-timestamp:1700000000000#/scc/comfy_get_progress`")
    }

    @Test("CallVerifier refuses a signature for another path")
    func anotherPathIsRefused() {
        #expect(
            refusal { $0.path = "/scc/comfy_get_result" }?.apiGatewayMessage?.hasPrefix("Invalid Signature") == true)
    }

    @Test("CallVerifier refuses a correct signature that does not cover the nonce")
    func unsignedHeaders() {
        // A correct signature, but over the key alone: the nonce could be changed at will.
        var fields = head(Self.vectors[0]).headerFields
        fields[.caSignatureHeaders] = "x-ca-key"
        let signer = RequestSigner(appKey: TestGateway.key, secret: TestGateway.secret)
        let text = StringToSign(method: "POST", path: Self.vectors[0].path, headers: fields, signed: ["x-ca-key"])
        fields[.caSignature] = signer.signature(of: text)
        let refusal = refusal { $0.headerFields = fields }
        #expect(refusal?.apiGatewayMessage?.hasPrefix("Invalid Signature") == true)
    }

    @Test("CallVerifier refuses an unknown app key")
    func anUnknownKeyIsRefused() {
        #expect(refusal { $0.headerFields[.caKey] = "someone" }?.apiGatewayMessage == "Invalid AppKey")
    }

    @Test(
        "CallVerifier names the header that is missing or empty",
        arguments: [(HTTPField.Name.caKey, "X-Ca-Key"), (.caSignature, "X-Ca-Signature")])
    func aMissingHeaderIsNamed(_ name: HTTPField.Name, _ spelling: String) {
        #expect(refusal { $0.headerFields[name] = nil }?.apiGatewayMessage == "Header `\(spelling)` is Required")
        #expect(refusal { $0.headerFields[name] = "" }?.apiGatewayMessage == "Header `\(spelling)` is Required")
    }

    @Test(
        "CallVerifier refuses a call from which a signed header was removed",
        arguments: [HTTPField.Name.caTimestamp, .caNonce, .caSignatureHeaders, .caSignatureMethod, .contentMD5, .date])
    func aHeaderTakenAway(_ name: HTTPField.Name) {
        #expect(
            refusal { $0.headerFields[name] = nil }?.apiGatewayMessage?.hasPrefix("Invalid Signature, Server ") == true)
    }

    @Test("CallVerifier puts no line breaks of a decoded query into the error header")
    func lineBreaksInTheQuery() throws {
        let refusal = refusal { $0.path = "/scc/comfy_get_progress?a=%0D%0AX-Evil:%201&b=%00%1B" }
        let message = try #require(refusal?.apiGatewayMessage)
        #expect(message.hasSuffix("/scc/comfy_get_progress?a= #X-Evil: 1&b=  `"))
        #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test("CallVerifier refuses a timestamp more than 900 s off", arguments: [-901.0, 901])
    func aTimestampFarOffIsRefused(_ offset: Double) {
        #expect(refusal(at: now.addingTimeInterval(offset))?.apiGatewayMessage == "Timestamp Expired")
    }

    @Test("CallVerifier accepts a timestamp up to 900 s off", arguments: [-900.0, 900])
    func aTimestampWithinTheWindowIsAccepted(_ offset: Double) {
        #expect(refusal(at: now.addingTimeInterval(offset)) == nil)
    }

    @Test("CallVerifier refuses a timestamp that is not a number")
    func aTimestampThatIsNoNumberIsRefused() {
        #expect(refusal { $0.headerFields[.caTimestamp] = "yesterday" }?.apiGatewayMessage == "Timestamp Expired")
    }

    @Test("CallVerifier refuses another body than the signed one")
    func aBodyThatWasNotSignedIsRefused() {
        #expect(refusal(body: #"{"taskId":"t-124"}"#)?.apiGatewayMessage == "Invalid Content-MD5")
    }

    @Test("CallVerifier refuses a nonce that has been used")
    func aReplayIsRefused() {
        #expect(refusal() == nil)
        #expect(refusal()?.apiGatewayMessage == "Nonce Used")
        #expect(refusal(at: now.addingTimeInterval(890))?.apiGatewayMessage == "Nonce Used")
    }

    @Test("CallVerifier does not count a nonce as used when the signature is wrong")
    func aBadSignatureDoesNotUseUpTheNonce() {
        #expect(refusal { $0.headerFields[.caSignature] = "AAAA" } != nil)
        #expect(refusal() == nil)
    }

    @Test("NonceCache removes nonces whose calls would be too old")
    func noncesAreForgottenWhenTheirCallsWouldBeTooOld() {
        let cache = NonceCache()
        for index in 0..<100 {
            #expect(cache.use(UsedNonce("n\(index)", expires: now.addingTimeInterval(900)), now: now) == .fresh)
        }
        let known = UsedNonce("n7", expires: now.addingTimeInterval(900))
        #expect(cache.use(known, now: now.addingTimeInterval(900)) == .used)
        let other = UsedNonce("other", expires: now.addingTimeInterval(2000))
        #expect(cache.use(other, now: now.addingTimeInterval(961)) == .fresh)
        #expect(cache.count == 1)
    }

    @Test("NonceCache refuses more nonces than its capacity")
    func fullNonceCache() {
        let cache = NonceCache(capacity: 2)
        #expect(cache.use(UsedNonce("a", expires: now.addingTimeInterval(900)), now: now) == .fresh)
        #expect(cache.use(UsedNonce("b", expires: now.addingTimeInterval(900)), now: now) == .fresh)
        #expect(cache.use(UsedNonce("c", expires: now.addingTimeInterval(900)), now: now) == .full)
    }
}
