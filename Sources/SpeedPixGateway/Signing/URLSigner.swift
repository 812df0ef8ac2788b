import Crypto
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes and reads the signed, expiring URLs of files.
struct URLSigner: Sendable {
    enum Failure: Error, Equatable {
        /// Not a URL of this gateway's files at all.
        case malformed
        /// Someone else's signature, or a URL that was changed.
        case mismatch
        case expired
    }

    static let pathPrefix = "/files/"

    static let previewPrefix = "/previews/"

    static let thumbnailPrefix = "/thumbnails/"

    private let key: SymmetricKey
    private let previewKey: SymmetricKey
    private let thumbnailKey: SymmetricKey

    /// - Parameter rootKey: The secret of the data folder: its URLs outlive a gateway, whatever secret calls are signed with.
    init(rootKey: [UInt8]) {
        // A key of its own: a URL's signature must never be good for anything else that the root key signs.
        func derived(_ purpose: String) -> SymmetricKey {
            let root = SymmetricKey(data: rootKey)
            let code = HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: root)
            return SymmetricKey(data: Array(code))
        }
        key = derived("speedpix gateway file URLs")
        previewKey = derived("speedpix gateway preview URLs")
        thumbnailKey = derived("speedpix gateway thumbnail URLs")
    }

    /// - Parameter origin: Scheme, host and port as the client knows them.
    func url(_ grant: FileGrant, origin: String) -> String {
        var query = "purpose=\(grant.purpose.rawValue)&expires=\(grant.expires)"
        query += "&type=\(PercentEncoding.encode(grant.contentType))&name=\(PercentEncoding.encode(grant.filename))"
        if let size = grant.size { query += "&size=\(size)" }
        return origin + Self.pathPrefix + grant.key.text + "?" + query + "&signature=\(signature(of: grant))"
    }

    /// Reads a URL, or the path and query of one.
    ///
    /// The signature covers what the URL means and not how it is spelt: a client may encode it in another way.
    func grant(in url: String, now: Date) throws(Failure) -> FileGrant {
        guard let fields = Self.fields(of: url), let key = Self.key(in: url),
            let purpose = fields["purpose"].flatMap(FileGrant.Purpose.init),
            let expires = fields["expires"].flatMap(Int64.init),
            let contentType = fields["type"], let filename = fields["name"], let given = fields["signature"]
        else { throw .malformed }
        let grant = FileGrant(
            purpose: purpose, key: key, expires: expires, contentType: contentType, filename: filename,
            size: fields["size"].flatMap { Int64($0) })
        guard CallVerifier.isEqual(signature(of: grant), given) else { throw .mismatch }
        guard Double(expires) > now.timeIntervalSince1970 else { throw .expired }
        return grant
    }

    /// Whether a URL looks like one of a gateway's files, whichever gateway signed it.
    static func isFileURL(_ url: String) -> Bool {
        key(in: url) != nil && fields(of: url)?["signature"] != nil
    }

    // MARK: Previews

    /// Where the newest preview of a prediction can be seen while it runs.
    ///
    /// - Parameters:
    ///   - number: Of the preview that there is now, so that another picture has another URL.
    ///   - expires: In seconds since 1970.
    func url(ofPreview number: Int, of prediction: String, expires: Int64, origin: String) -> String {
        let name = PercentEncoding.encode(prediction)
        let signature = previewSignature(prediction, expires)
        return "\(origin)\(Self.previewPrefix)\(name)?number=\(number)&expires=\(expires)&signature=\(signature)"
    }

    /// The prediction whose preview a path and query may be answered with.
    func previewedPrediction(in url: String, now: Date) throws(Failure) -> String {
        let path = url.withoutQuery
        guard path.hasPrefix(Self.previewPrefix), let fields = Self.fields(of: url),
            let prediction = PercentEncoding.decode(path.dropFirst(Self.previewPrefix.count)),
            let expires = fields["expires"].flatMap(Int64.init), let given = fields["signature"]
        else { throw .malformed }
        guard CallVerifier.isEqual(previewSignature(prediction, expires), given) else { throw .mismatch }
        guard Double(expires) > now.timeIntervalSince1970 else { throw .expired }
        return prediction
    }

    private func previewSignature(_ prediction: String, _ expires: Int64) -> String {
        let text = "\(PercentEncoding.encode(prediction))\n\(expires)"
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: previewKey).hexadecimal
    }

    // MARK: Thumbnails

    /// Path and query under which the small picture of a stored file can be had.
    ///
    /// - Parameter expires: In seconds since 1970.
    func thumbnailPath(of key: ObjectKey, expires: Int64) -> String {
        let signature = thumbnailSignature(key, expires)
        return "\(Self.thumbnailPrefix)\(key.text)?expires=\(expires)&signature=\(signature)"
    }

    /// The file whose small picture a path and query may be answered with, and until when, in seconds since 1970.
    func thumbnail(in url: String, now: Date) throws(Failure) -> (key: ObjectKey, expires: Int64) {
        let path = url.withoutQuery
        guard path.hasPrefix(Self.thumbnailPrefix), let fields = Self.fields(of: url),
            let key = ObjectKey(String(path.dropFirst(Self.thumbnailPrefix.count))),
            let expires = fields["expires"].flatMap(Int64.init), let given = fields["signature"]
        else { throw .malformed }
        guard CallVerifier.isEqual(thumbnailSignature(key, expires), given) else { throw .mismatch }
        guard Double(expires) > now.timeIntervalSince1970 else { throw .expired }
        return (key, expires)
    }

    private func thumbnailSignature(_ key: ObjectKey, _ expires: Int64) -> String {
        let text = "\(key.text)\n\(expires)"
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: thumbnailKey).hexadecimal
    }

    private func signature(of grant: FileGrant) -> String {
        // Encoded, no part can contain the separator and so pose as two.
        let parts = [
            grant.purpose.rawValue, grant.key.text, String(grant.expires), grant.contentType, grant.filename,
            grant.size.map { String($0) } ?? "",
        ]
        let text = parts.map(PercentEncoding.encode).joined(separator: "\n")
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).hexadecimal
    }

    private static func key(in url: String) -> ObjectKey? {
        var local = url.withoutQuery[...]
        for scheme in ["http://", "https://"] where local.lowercased().hasPrefix(scheme) {
            local = local.dropFirst(scheme.count).drop { $0 != "/" }
        }
        guard local.hasPrefix(pathPrefix) else { return nil }
        return ObjectKey(String(local.dropFirst(pathPrefix.count)))
    }

    /// The parameters of a URL; nil if it has none, or one of them twice.
    static func fields(of url: String) -> [String: String]? {
        guard let mark = url.firstIndex(of: "?") else { return nil }
        var fields: [String: String] = [:]
        for pair in url[url.index(after: mark)...].prefix(while: { $0 != "#" }).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = PercentEncoding.decode(parts[1]),
                fields.updateValue(value, forKey: String(parts[0])) == nil
            else { return nil }
        }
        return fields
    }
}
