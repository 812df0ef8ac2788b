import Crypto
package import HTTPTypes

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Signs requests with Alibaba API Gateway's digest: HMAC-SHA256 over the method, a few headers and the path.
///
/// A pure value: the time and the nonce are arguments, so that every signature can be reproduced.
package struct RequestSigner: Sendable {
    /// Accept and Content-Type of every signed call, as the official clients send them.
    package static let mediaType = "application/json; charset=utf-8"

    private static let method = SignatureMethod.hmacSHA256.rawValue
    private static let signedNames = StringToSign.signedHeaders.map(\.canonicalName).joined(separator: ",")

    package let appKey: String
    private let key: SymmetricKey

    package init(appKey: String, secret: Secret) {
        self.appKey = appKey
        key = SymmetricKey(data: Array(secret.revealed.utf8))
    }

    /// The headers of a signed `POST` of exactly these body bytes.
    ///
    /// - Parameters:
    ///   - path: The path as it is sent, with its query if it has one.
    ///   - body: The bytes that are sent; nil or empty for none.
    ///   - date: The time of signing. The service accepts 15 minutes either way.
    ///   - nonce: Used once in 15 minutes, or the service refuses it.
    package func headers(
        method: String = "POST", path: String, body: [UInt8]?, date: Date, nonce: String
    ) -> HTTPFields {
        let timestamp = String(Int64((date.timeIntervalSince1970 * 1000).rounded()))
        let day = SigningDate.string(from: date)
        let digest = body.flatMap { $0.isEmpty ? nil : Self.contentMD5(of: $0) }
        let text = StringToSign(
            method: method, path: path, accept: Self.mediaType, contentMD5: digest ?? "",
            contentType: Self.mediaType, date: day,
            lines: [
                ("x-ca-key", appKey), ("x-ca-nonce", nonce), ("x-ca-signature-method", Self.method),
                ("x-ca-timestamp", timestamp),
            ])
        // Appended: to set a field costs a search for it.
        var fields = HTTPFields()
        fields.append(HTTPField(name: .accept, value: Self.mediaType))
        fields.append(HTTPField(name: .contentType, value: Self.mediaType))
        fields.append(HTTPField(name: .date, value: day))
        if let digest { fields.append(HTTPField(name: .contentMD5, value: digest)) }
        fields.append(HTTPField(name: .caKey, value: appKey))
        fields.append(HTTPField(name: .caNonce, value: nonce))
        fields.append(HTTPField(name: .caTimestamp, value: timestamp))
        fields.append(HTTPField(name: .caSignatureMethod, value: Self.method))
        fields.append(HTTPField(name: .caSignatureHeaders, value: Self.signedNames))
        fields.append(HTTPField(name: .caSignature, value: signature(of: text)))
        return fields
    }

    /// base64(HMAC(secret, string-to-sign)).
    package func signature(of text: StringToSign, method: SignatureMethod = .hmacSHA256) -> String {
        let bytes = Array(text.text.utf8)
        let code =
            switch method {
            case .hmacSHA256: Data(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
            case .hmacSHA1: Data(HMAC<Insecure.SHA1>.authenticationCode(for: bytes, using: key))
            }
        return code.base64EncodedString()
    }

    /// base64(MD5(body)): an integrity check that the protocol asks for, not a security measure.
    package static func contentMD5(of body: [UInt8]) -> String {
        Data(Insecure.MD5.hash(data: body)).base64EncodedString()
    }
}

extension HTTPField.Name {
    // The names are literals of token characters, so making them cannot fail.
    private static func literal(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
        return name
    }

    package static let caKey = literal("x-ca-key")
    package static let caNonce = literal("x-ca-nonce")
    package static let caTimestamp = literal("x-ca-timestamp")
    package static let caSignature = literal("x-ca-signature")
    package static let caSignatureMethod = literal("x-ca-signature-method")
    package static let caSignatureHeaders = literal("x-ca-signature-headers")
    // Answers have these in this spelling, and there are clients that read no other.
    package static let caErrorMessage = literal("X-Ca-Error-Message")
    package static let caErrorCode = literal("X-Ca-Error-Code")
    package static let caRequestID = literal("X-Ca-Request-Id")
    package static let contentMD5 = literal("content-md5")
    package static let resourceConfigID = literal("x-sp-resource-config-id")
}
