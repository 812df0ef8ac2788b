import HTTPTypes
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Decides whether a call was made by someone who knows the secret, lately, and once.
///
/// The checks come in the order that lets each rely on the ones before it: an unknown key has no secret to check a
/// signature with, an expired call needs no arithmetic, and only a call that is signed may use up a nonce.
struct CallVerifier: Sendable {
    /// How far a call's timestamp may be off, either way.
    static let window: TimeInterval = 15 * 60
    /// UUIDs have 36 characters; whoever sends more is not signing, but filling memory.
    static let longestNonce = 256

    /// Headers that must be there and under the signature, or a call could be replayed with others.
    private static let required: [(name: HTTPField.Name, spelling: String)] = [
        (.caKey, "X-Ca-Key"), (.caTimestamp, "X-Ca-Timestamp"), (.caNonce, "X-Ca-Nonce"),
        (.caSignature, "X-Ca-Signature"), (.caSignatureHeaders, "X-Ca-Signature-Headers"),
    ]

    private let signer: RequestSigner
    private let nonces: NonceLedger

    init(appKey: String, secret: Secret, nonces: NonceLedger = NonceLedger()) {
        signer = RequestSigner(appKey: appKey, secret: secret)
        self.nonces = nonces
    }

    /// - Parameter body: The bytes as they arrived.
    /// - Throws: ``Refusal`` with the service's own words.
    func verify(_ head: HTTPRequest, body: [UInt8], now: Date) throws(Refusal) {
        let headers = head.headerFields
        for (name, spelling) in Self.required where headers[name]?.isEmpty ?? true {
            throw .byGateway("Header `\(spelling)` is Required")
        }
        guard headers[.caKey] == signer.appKey else { throw .byGateway("Invalid AppKey") }
        let sent = try Self.timestamp(headers[.caTimestamp] ?? "", now: now)
        try verifySignature(head)
        try useNonce(headers[.caNonce] ?? "", sent: sent, now: now)
        if let digest = headers[.contentMD5], digest != RequestSigner.contentMD5(of: body) {
            throw .byGateway("Invalid Content-MD5")
        }
    }

    private static func timestamp(_ text: String, now: Date) throws(Refusal) -> Date {
        guard let milliseconds = Int64(text) else { throw .byGateway("Timestamp Expired") }
        let sent = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        guard abs(sent.timeIntervalSince(now)) <= window else { throw .byGateway("Timestamp Expired") }
        return sent
    }

    private func verifySignature(_ head: HTTPRequest) throws(Refusal) {
        let headers = head.headerFields
        let names = (headers[.caSignatureHeaders] ?? "").split(separator: ",").compactMap {
            HTTPField.Name(Self.trimmed($0))
        }
        let text = StringToSign(
            method: head.method.rawValue, path: head.path ?? "/", headers: headers, signed: names)
        let isBound = [.caKey, .caTimestamp, .caNonce].allSatisfy(names.contains)
        let isMatch = Self.isEqual(signer.signature(of: text), headers[.caSignature] ?? "")
        guard isMatch, isBound else {
            // A header has no line breaks, so the service shows them as "#".
            let shown = text.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "#")
            throw .byGateway("Invalid Signature, Server StringToSign:\(shown.prefix(4096))")
        }
    }

    /// Without the spaces around it. Asking characters whether they are white would take longer than the signature.
    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard text.utf8.contains(where: isSpace) else { return String(text) }
        return String(decoding: text.utf8.filter { !isSpace($0) }, as: UTF8.self)
    }

    private func useNonce(_ nonce: String, sent: Date, now: Date) throws(Refusal) {
        guard nonce.utf8.count <= Self.longestNonce else { throw .byGateway("Invalid Header `X-Ca-Nonce` too long") }
        switch nonces.use(nonce, until: max(sent, now).addingTimeInterval(Self.window), now: now) {
        case .fresh: break
        case .used: throw .byGateway("Nonce Used")
        case .full: throw .byGateway("Throttled by APP Flow Control", status: .forbidden)
        }
    }

    /// Compares without telling by its duration how much of a guess was right.
    static func isEqual(_ expected: String, _ given: String) -> Bool {
        let expected = Array(expected.utf8)
        let given = Array(given.utf8)
        guard expected.count == given.count else { return false }
        return zip(expected, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
