import ComfyUI
import Crypto
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes and reads the signed, expiring URLs by which the console's page shows files of ComfyUI's servers.
struct ServerFileSigner: Sendable {
    static let prefix = "/server-files/"

    private let key: SymmetricKey

    /// - Parameter rootKey: The secret of the data folder.
    init(rootKey: [UInt8]) {
        // A key of its own, as those of other URLs.
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("speedpix gateway server file URLs".utf8), using: SymmetricKey(data: rootKey))
        key = SymmetricKey(data: Array(code))
    }

    /// The path and query of a file, good as long as ``ConsoleURLs``, and for as long the same.
    ///
    /// - Parameters:
    ///   - number: Of the server, counted from 1.
    ///   - address: Of the server. It is signed and does not stand in the URL, since the next gateway may number other servers so.
    func url(of file: ServerFile, number: Int, address: String, now: Date) -> String {
        let expires = ConsoleURLs.expires(at: now)
        let parts = [
            ("filename", file.filename), ("subfolder", file.subfolder), ("type", file.folder.rawValue),
            ("expires", String(expires)), ("signature", signature(of: file, address, expires)),
        ]
        return "\(Self.prefix)\(number)?"
            + parts.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }

    /// Reads the path and query of a URL.
    ///
    /// - Parameter addresses: Of the servers that there are, in their order.
    /// - Returns: The server's index, and the file.
    func file(
        in url: String, addresses: [String], now: Date
    ) throws(URLSigner.Failure) -> (index: Int, file: ServerFile) {
        let path = url.withoutQuery
        guard path.hasPrefix(Self.prefix), let number = Int(path.dropFirst(Self.prefix.count)),
            number >= 1, let fields = URLSigner.fields(of: url), let filename = fields["filename"],
            let subfolder = fields["subfolder"], let folder = fields["type"],
            let expires = fields["expires"].flatMap({ Int64($0) }), let given = fields["signature"]
        else { throw .malformed }
        guard addresses.indices.contains(number - 1) else { throw .mismatch }
        let file = ServerFile(filename: filename, subfolder: subfolder, folder: .init(rawValue: folder))
        guard CallVerifier.isEqual(signature(of: file, addresses[number - 1], expires), given) else {
            throw .mismatch
        }
        guard Double(expires) > now.timeIntervalSince1970 else { throw .expired }
        return (number - 1, file)
    }

    private func signature(of file: ServerFile, _ address: String, _ expires: Int64) -> String {
        // Encoded, no part can contain the separator and so pose as two.
        let text = [address, file.filename, file.subfolder, file.folder.rawValue, String(expires)]
            .map(PercentEncoding.encode).joined(separator: "\n")
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).hexadecimal
    }
}
