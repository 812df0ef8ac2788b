import HTTPTypes
import SpeedPix
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Calls as Alibaba's SDKs and its demos of the signature send them. The signatures were made with Python's `hmac` after
/// Alibaba's description, and with no code of this project.
@Suite("Signatures of Alibaba's SDKs and demos")
struct DemoSignatureTests {
    struct Call: Sendable, CustomTestStringConvertible {
        let client: String
        var path = "/scc/comfy_get_progress"
        let headers: [(String, String)]
        var body = #"{"taskId":"t-123"}"#
        let signature: String

        var testDescription: String { client }

        var request: HTTPRequest {
            var fields = HTTPFields()
            for (name, value) in headers {
                guard let name = HTTPField.Name(name) else { continue }
                fields.append(HTTPField(name: name, value: value))
            }
            fields[.caSignature] = signature
            return HTTPRequest(
                method: .post, scheme: "http", authority: "localhost", path: path, headerFields: fields)
        }
    }

    private static let nonce = "11111111-2222-4333-8444-555555555555"
    private static let digest = "5ASbFpElyaEx515NIVv+Bw=="

    static let calls = [
        Call(
            client: "the Java demo: no nonce, no method, a header of one's own",
            headers: [
                ("Accept", "application/json"), ("Content-MD5", digest),
                ("Content-Type", "application/json; charset=UTF-8"), ("X-Ca-Timestamp", "1700000000000"),
                ("X-Ca-Key", "test-app-key"), ("CustomHeader", "demo"),
                ("X-Ca-Signature-Headers", "X-Ca-Timestamp,CustomHeader,X-Ca-Key"),
            ],
            signature: "il2tdQy+vKeyRXP0bdNGT2gRj46nSFq7bav+HmbA+BI="),
        Call(
            client: "the Java demo's form with a query",
            path: "/scc/comfy_get_progress?a-query1=%E5%80%BC+1%2B1%3D2&empty=&both=of+the+query",
            headers: [
                ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
                ("X-Ca-Timestamp", "1700000000000"), ("X-Ca-Key", "test-app-key"),
                ("X-Ca-Signature-Headers", "X-Ca-Timestamp,X-Ca-Key"),
            ],
            body: "both=of+the+form&b+body=a%26b&none=",
            signature: "HEs1U9QB8CUD1trsqsCO7Mp55WZpn9vLSLW8wAXuUt8="),
        Call(
            client: "the .NET demo: headers of one's own in lower case, after those in upper case",
            path: "/scc/comfy_get_progress?b-query2=queryvalue2&a-query1=queryvalue1",
            headers: [
                ("Accept", "application/json"), ("Content-MD5", digest),
                ("Content-Type", "application/json; charset=UTF-8"), ("b-header2", "headervalue1"),
                ("a-header1", "headervalue2处理"), ("X-Ca-Timestamp", "1700000000000"), ("X-Ca-Nonce", nonce),
                ("X-Ca-Key", "test-app-key"),
                ("X-Ca-Signature-Headers", "X-Ca-Key,X-Ca-Nonce,X-Ca-Timestamp,a-header1,b-header2"),
            ],
            signature: "KEszu1UbqP74ZN6sPamAdZ2pgmZ/HhtzUoxJL3fEjOM="),
        Call(
            client: "the PHP demo: a stage, a date, an empty header",
            headers: [
                ("Accept", "application/json"), ("Content-MD5", digest), ("Content-Type", "application/json"),
                ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"), ("X-Ca-Stage", "RELEASE"), ("a-header1", ""),
                ("X-Ca-Timestamp", "1700000000000"), ("X-Ca-Nonce", nonce), ("X-Ca-Key", "test-app-key"),
                ("X-Ca-Signature-Headers", "X-Ca-Key,X-Ca-Nonce,X-Ca-Stage,X-Ca-Timestamp,a-header1"),
            ],
            signature: "xGuanlwOrVTOZgLxTAyzBEkIWMI93OCzwhMUwqv2nY8="),
        Call(
            client: "the Python demo: a body that is a stream",
            headers: [
                ("Accept", "application/json"), ("Content-MD5", digest),
                ("Content-Type", "application/octet-stream; charset=UTF-8"), ("X-Ca-Timestamp", "1700000000000"),
                ("X-Ca-Nonce", nonce), ("X-Ca-Key", "test-app-key"),
                ("X-Ca-Signature-Headers", "X-Ca-Key,X-Ca-Nonce,X-Ca-Timestamp"),
            ],
            signature: "7jj70q2hsXu55hgToDjELk99zpg4PvP6lpqHZo+lj60="),
        Call(
            client: "the Go demo: any Accept, no digest, a query value that is empty",
            path: "/scc/comfy_get_progress?a=&Z=1",
            headers: [
                ("Accept", "*/*"), ("Content-Type", "application/json"), ("X-Ca-Timestamp", "1700000000000"),
                ("X-Ca-Nonce", nonce), ("X-Ca-Key", "test-app-key"),
                ("X-Ca-Signature-Headers", "X-Ca-Key,X-Ca-Nonce,X-Ca-Timestamp"),
            ],
            signature: "ZXDQVbQIG+QvIUXQb6YVEKq1eXP9jKiYBpxHJT9Gzzw="),
        Call(
            client: "the SDK for Node: everything in lower case, a stage",
            headers: [
                ("accept", "application/json"), ("content-md5", digest), ("content-type", "application/json"),
                ("x-ca-timestamp", "1700000000000"), ("x-ca-key", "test-app-key"), ("x-ca-nonce", nonce),
                ("x-ca-stage", "RELEASE"),
                ("x-ca-signature-headers", "x-ca-key,x-ca-nonce,x-ca-stage,x-ca-timestamp"),
            ],
            signature: "j3yeKeO28M5YZAetuYu153bL6+7m27XfDX+Pu3Ra6Fc="),
        Call(
            client: "the cloudapi SDK for Java without a nonce",
            headers: [
                ("accept", "application/json"), ("content-type", "application/json; charset=UTF-8"),
                ("date", "Tue, 14 Nov 2023 22:13:20 GMT"), ("x-ca-timestamp", "1700000000000"),
                ("x-ca-key", "test-app-key"), ("x-ca-stage", "RELEASE"), ("x-ca-signature-method", "HmacSHA256"),
                ("x-ca-signature-headers", "x-ca-timestamp, x-ca-key, x-ca-stage, x-ca-signature-method"),
            ],
            signature: "3AckhZovTHmTk9cVXuDAgkSUYs6+amU44TrmumhdJPw="),
        Call(
            client: "the SDK for Android with HmacSHA1",
            headers: [
                ("accept", "application/json; charset=utf-8"), ("content-md5", digest),
                ("content-type", "application/json; charset=utf-8"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT+00:00"),
                ("x-ca-timestamp", "1700000000000"), ("x-ca-key", "test-app-key"), ("x-ca-nonce", nonce),
                ("x-ca-signature-method", "HmacSHA1"),
                ("x-ca-signature-headers", "x-ca-nonce,x-ca-timestamp,x-ca-key,x-ca-signature-method"),
            ],
            signature: "Wrb6OYQ55sPT9++RIyy9oSD0UZY="),
        Call(
            client: "a client that sends and signs nothing but its key",
            headers: [("x-ca-key", "test-app-key"), ("x-ca-signature-headers", "x-ca-key")],
            signature: "7XsmAD4QLKA4HZY+a/8yGyd6y9DMscNmGteIHt8sDIQ="),
        Call(
            client: "a client that signs no header at all",
            headers: [
                ("accept", "application/json"), ("content-type", "application/json"), ("x-ca-key", "test-app-key"),
            ],
            signature: "LfUsNYKPI+NjK9ONSrs6og5yuFqyqDDEm0Mf+PSlJEo="),
    ]

    private let now = Date(timeIntervalSince1970: 1_700_000_000)
    private let verifier = CallVerifier.test()

    private func refusal(_ request: HTTPRequest, body: String, at date: Date? = nil) -> String? {
        do {
            try verifier.verify(request, body: Array(body.utf8), now: date ?? now)
            return nil
        } catch {
            return error.apiGatewayMessage
        }
    }

    /// What a call with these headers is refused with; nil if it is accepted.
    private func refusal(_ headers: [(String, String)], signature: String, at date: Date? = nil) -> String? {
        let call = Call(client: "", headers: headers, signature: signature)
        return refusal(call.request, body: call.body, at: date)
    }

    @Test("CallVerifier accepts the call of each SDK and demo", arguments: calls)
    func accepted(_ call: Call) {
        #expect(refusal(call.request, body: call.body) == nil)
    }

    @Test("CallVerifier refuses each call with another secret, path, method or Accept", arguments: calls)
    func refusedWhenChanged(_ call: Call) throws {
        let other = CallVerifier.test(secret: Secret("another"))
        #expect(throws: Refusal.self) { try other.verify(call.request, body: Array(call.body.utf8), now: now) }
        var request = call.request
        request.path = "/scc/comfy_get_result"
        #expect(refusal(request, body: call.body)?.hasPrefix("Invalid Signature, Server StringToSign:`POST#") == true)
        request = call.request
        request.method = .put
        #expect(refusal(request, body: call.body)?.hasPrefix("Invalid Signature, Server StringToSign:`PUT#") == true)
        request = call.request
        request.headerFields[.accept] = "text/html"
        #expect(refusal(request, body: call.body)?.hasPrefix("Invalid Signature") == true)
    }

    @Test(
        "CallVerifier refuses a call with a changed query or form",
        arguments: calls.filter { $0.path.contains("?") })
    func refusedWithAnotherParameter(_ call: Call) throws {
        var request = call.request
        request.path = call.path + "&more=1"
        #expect(refusal(request, body: call.body)?.contains("more=1") == true)
        guard call.body.contains("none=") else { return }
        #expect(refusal(call.request, body: call.body + "1")?.contains("none=1") == true)
        // Only a form's body is signed: of other bodies it is the digest.
        request = call.request
        request.headerFields[.contentType] = "application/json"
        #expect(refusal(request, body: call.body)?.hasPrefix("Invalid Signature") == true)
    }

    @Test("CallVerifier refuses a repeated call if it has a nonce", arguments: calls)
    func replays(_ call: Call) {
        let hasNonce = call.request.headerFields[.caNonce] != nil
        #expect(refusal(call.request, body: call.body) == nil)
        #expect(refusal(call.request, body: call.body) == (hasNonce ? "Nonce Used" : nil))
    }

    @Test("CallVerifier refuses a call after 15 minutes if it has a timestamp", arguments: calls)
    func oldCalls(_ call: Call) {
        let hasTimestamp = call.request.headerFields[.caTimestamp] != nil
        let late = refusal(call.request, body: call.body, at: now.addingTimeInterval(901))
        #expect(late == (hasTimestamp ? "Timestamp Expired" : nil))
    }

    // MARK: Methods

    private static let labelled = [
        ("accept", "application/json; charset=utf-8"), ("content-md5", digest),
        ("content-type", "application/json; charset=utf-8"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT+00:00"),
        ("x-ca-timestamp", "1700000000000"), ("x-ca-key", "test-app-key"), ("x-ca-nonce", nonce),
        ("x-ca-signature-headers", "x-ca-timestamp,x-ca-key,x-ca-nonce,x-ca-signature-method"),
    ]

    @Test(
        "CallVerifier checks a signature by the method that the call names",
        arguments: [
            ("HmacSHA1", "Wrb6OYQ55sPT9++RIyy9oSD0UZY=", true),
            ("HmacSHA1", "xb1/pWIxc9dw276FI3FC59m7q+p8bvqs9WYPEe2Wtyo=", false),  // HMAC-SHA256 of the same text
            ("HmacSHA256", "jTKYEZN2VZK8oaFAGFIwJJfQBPpejiXwbPksLcUgUCs=", true),
            ("HmacSHA256", "660NEb5DKcBGqujxeh0V8acmjpk=", false),  // HMAC-SHA1 of the same text
        ])
    func methods(_ method: String, _ signature: String, isRight: Bool) {
        let refusal = refusal(Self.labelled + [("x-ca-signature-method", method)], signature: signature)
        #expect((refusal == nil) == isRight)
        if !isRight { #expect(refusal?.hasPrefix("Invalid Signature, Server StringToSign:`") == true) }
    }

    @Test("CallVerifier checks a signature without a method as HmacSHA256")
    func noMethod() {
        let headers = [("x-ca-key", "test-app-key"), ("x-ca-signature-headers", "x-ca-key")]
        #expect(refusal(headers, signature: "7XsmAD4QLKA4HZY+a/8yGyd6y9DMscNmGteIHt8sDIQ=") == nil)
        #expect(refusal(headers, signature: "JIO2yDqbsvlRp/k1lhP5X3Kbqvc=")?.hasPrefix("Invalid Signature") == true)
    }

    @Test("CallVerifier refuses an unknown method and names the known ones")
    func unknownMethod() {
        let refusal = refusal(
            [
                ("x-ca-key", "test-app-key"), ("x-ca-signature-method", "HmacMD5"),
                ("x-ca-signature-headers", "x-ca-key,x-ca-signature-method"),
            ], signature: "6R1NRjw4lDmbNB+0q8J/KdR1A5dqMDJUTO3JSY4DCY4=")
        #expect(refusal == "Invalid Header `X-Ca-Signature-Method` it must be HmacSHA256 or HmacSHA1")
    }

    // MARK: What is sent must be signed

    @Test("CallVerifier refuses a nonce that is not signed")
    func unsignedNonce() {
        let headers = [
            ("accept", "application/json"), ("content-type", "application/json"), ("x-ca-key", "test-app-key"),
            ("x-ca-timestamp", "1700000000000"), ("x-ca-signature-headers", "x-ca-key,x-ca-timestamp"),
        ]
        let signature = "MPRaWMjradXkL0mKul5IV9sOA0gU0vb1jpbyPxUIJwc="
        #expect(
            refusal(headers + [("x-ca-nonce", Self.nonce)], signature: signature)
                == "Invalid Signature, Header `X-Ca-Nonce` must be among X-Ca-Signature-Headers")
        #expect(refusal(headers, signature: signature) == nil)
    }

    @Test("CallVerifier refuses a timestamp that is not signed")
    func unsignedTimestamp() {
        let headers = [
            ("accept", "application/json"), ("content-type", "application/json"), ("x-ca-key", "test-app-key"),
            ("x-ca-nonce", Self.nonce), ("x-ca-signature-headers", "x-ca-key,x-ca-nonce"),
        ]
        let signature = "u/WsRO9GnH6pDr1pLPuTbQyRTT10MeSfGC/2hOk9WIQ="
        #expect(
            refusal(headers + [("x-ca-timestamp", "1700000000000")], signature: signature)
                == "Invalid Signature, Header `X-Ca-Timestamp` must be among X-Ca-Signature-Headers")
        // The refused call has not used up the nonce, and the nonce counts without a timestamp, too.
        #expect(refusal(headers, signature: signature) == nil)
        #expect(refusal(headers, signature: signature) == "Nonce Used")
        #expect(refusal(headers, signature: signature, at: now.addingTimeInterval(899)) == "Nonce Used")
    }

    @Test("CallVerifier checks the MD5 of the body if there is one")
    func digestIsOptional() {
        let java = Self.calls[0]
        #expect(refusal(java.request, body: #"{"taskId":"t-124"}"#) == "Invalid Content-MD5")
        let cloudapi = Self.calls[7]
        #expect(refusal(cloudapi.request, body: #"{"taskId":"t-124"}"#) == nil)
    }

    // MARK: On the wire

    @Test("A refusal over HTTP has its headers in the official spelling")
    func refusalOnTheWire() async throws {
        try await TestGateway.run { gateway in
            var call = Self.calls[0].request
            call.headerFields[.caSignature] = "AAAA"
            call.headerFields[.connection] = "close"
            let exchange = try await RawExchange(
                .post, gateway.endpoint + "/scc/comfy_get_progress", headers: call.headerFields,
                sending: Array(Self.calls[0].body.utf8))
            let lines = exchange.head.split(separator: "\r\n")
            #expect(lines.first == "HTTP/1.1 400 Bad Request")
            #expect(
                lines.contains { $0.hasPrefix("X-Ca-Error-Message: Invalid Signature, Server StringToSign:`POST#") })
            #expect(lines.contains { $0.hasPrefix("X-Ca-Request-Id: ") })
            #expect(exchange.body.isEmpty)
        }
    }

    @Test("A call of a demo over HTTP is answered")
    func answeredOnTheWire() async throws {
        try await TestGateway.run { gateway in
            var call = Self.calls[2].request
            call.headerFields[.connection] = "close"
            let exchange = try await RawExchange(
                .post, gateway.endpoint + Self.calls[2].path, headers: call.headerFields,
                sending: Array(Self.calls[2].body.utf8))
            #expect(exchange.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(String(decoding: exchange.body, as: UTF8.self).contains("TaskNotFound"))
        }
    }
}
