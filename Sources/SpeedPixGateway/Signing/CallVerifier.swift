import HTTPTypes
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Decides whether a call was made with the secret, and, as far as the call has what that takes, lately and once.
///
/// The rules are those of Alibaba's API gateway. Key and signature are required. A timestamp and a nonce are not; one that
/// is sent is checked, and must be among the signed headers, or a replay could carry another one.
///
/// The checks come in the order that lets each rely on the ones before it: an unknown key has no secret to check a
/// signature with, an expired call needs no arithmetic, and only a call that is signed may use up a nonce.
struct CallVerifier: Sendable {
    /// How far a call's timestamp may be off, either way, and how long a nonce is remembered.
    static let window: TimeInterval = 15 * 60
    /// UUIDs have 36 characters. Nonces are kept in memory, so that a longer one is refused.
    static let longestNonce = 256
    /// Characters of the server's string that a refusal shows: HTTP clients bound the length of a header.
    private static let longestShown = 4096

    private let keys: ApplicationKeys
    private let nonces: NonceCache

    init(keys: ApplicationKeys, nonces: NonceCache) {
        self.keys = keys
        self.nonces = nonces
    }

    /// - Parameter body: The bytes as they arrived.
    /// - Returns: Whose call it is, and the nonce that it has used up, if it has one.
    /// - Throws: ``Refusal`` with the service's own words.
    @discardableResult
    func verify(
        _ head: HTTPRequest, body: [UInt8], now: Date
    ) throws(Refusal) -> (caller: Caller, nonce: UsedNonce?) {
        let headers = head.headerFields
        guard let key = Self.value(.caKey, headers) else { throw .byAPIGateway("Header `X-Ca-Key` is Required") }
        guard let signature = Self.value(.caSignature, headers) else {
            throw .byAPIGateway("Header `X-Ca-Signature` is Required")
        }
        guard let entry = keys.entry(key) else { throw .byAPIGateway("Invalid AppKey") }
        let nonce = Self.value(.caNonce, headers)
        var sent: Date?
        if let timestamp = Self.value(.caTimestamp, headers) { sent = try Self.date(timestamp, now: now) }
        let signed = Self.names(headers[.caSignatureHeaders] ?? "")
        try Self.verify(signature, by: entry.signer, of: head, body: body, signed: signed)
        if sent != nil { try Self.check(.caTimestamp, "X-Ca-Timestamp", isAmong: signed) }
        var used: UsedNonce?
        if let nonce {
            try Self.check(.caNonce, "X-Ca-Nonce", isAmong: signed)
            used = try use(nonce, of: key, sent: sent, now: now)
        }
        if let digest = headers[.contentMD5], digest != RequestSigner.contentMD5(of: body) {
            throw .byAPIGateway("Invalid Content-MD5")
        }
        return (entry.caller, used)
    }

    /// The value of a header; nil if it is missing or empty.
    private static func value(_ name: HTTPField.Name, _ headers: HTTPFields) -> String? {
        headers[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func date(_ timestamp: String, now: Date) throws(Refusal) -> Date {
        guard let milliseconds = Int64(timestamp) else { throw .byAPIGateway("Timestamp Expired") }
        let sent = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        guard abs(sent.timeIntervalSince(now)) <= window else { throw .byAPIGateway("Timestamp Expired") }
        return sent
    }

    /// The names in `X-Ca-Signature-Headers`, as the client spelled them.
    private static func names(_ list: String) -> [String] {
        // Asking characters whether they are white would take longer than the signature.
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return list.split(separator: ",").map { name in
            guard name.utf8.contains(where: isSpace) else { return String(name) }
            return String(decoding: name.utf8.filter { !isSpace($0) }, as: UTF8.self)
        }
    }

    private static func verify(
        _ signature: String, by signer: RequestSigner, of head: HTTPRequest, body: [UInt8], signed: [String]
    ) throws(Refusal) {
        let headers = head.headerFields
        guard let method = SignatureMethod(header: headers[.caSignatureMethod]) else {
            let known = SignatureMethod.allCases.map(\.rawValue).joined(separator: " or ")
            throw .byAPIGateway("Invalid Header `X-Ca-Signature-Method` it must be \(known)")
        }
        let text = StringToSign(
            method: head.method.rawValue, path: head.path ?? "/", headers: headers, signed: signed,
            form: isForm(headers) ? body : nil)
        guard isEqual(signer.signature(of: text, method: method), signature) else {
            throw .byAPIGateway("Invalid Signature, Server StringToSign:`\(shown(text))`")
        }
    }

    /// A header has no line breaks, so the service shows them as "#". A decoded query may hold others; they are spaces.
    private static func shown(_ text: StringToSign) -> String {
        let scalars = text.text.unicodeScalars.map { $0 == "\n" ? "#" : $0 }
        return String(String(String.UnicodeScalarView(scalars)).printable().prefix(longestShown))
    }

    private static func isForm(_ headers: HTTPFields) -> Bool {
        let type = headers[.contentType]?.prefix { $0 != ";" && $0 != " " }
        return type?.lowercased() == "application/x-www-form-urlencoded"
    }

    private static func check(
        _ name: HTTPField.Name, _ spelling: String, isAmong signed: [String]
    ) throws(Refusal) {
        guard signed.contains(where: { $0.lowercased() == name.canonicalName }) else {
            throw .byAPIGateway("Invalid Signature, Header `\(spelling)` must be among X-Ca-Signature-Headers")
        }
    }

    private func use(_ nonce: String, of key: String, sent: Date?, now: Date) throws(Refusal) -> UsedNonce {
        guard nonce.utf8.count <= Self.longestNonce else { throw .byAPIGateway("Invalid Header `X-Ca-Nonce` too long") }
        // A header has no line breaks, so that a key's nonces are its own.
        let used = UsedNonce("\(key)\n\(nonce)", expires: max(sent ?? now, now).addingTimeInterval(Self.window))
        switch nonces.use(used, now: now) {
        case .fresh: return used
        case .used: throw .byAPIGateway("Nonce Used")
        case .full: throw .byAPIGateway("Throttled by APP Flow Control", status: .forbidden)
        }
    }

    /// Compares in constant time, so that the duration does not show how much of a guess was right.
    static func isEqual(_ expected: String, _ given: String) -> Bool {
        let expected = Array(expected.utf8)
        let given = Array(given.utf8)
        guard expected.count == given.count else { return false }
        return zip(expected, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
