package import HTTPTypes

/// The text that both sides of the digest compute from one request; equal texts give equal signatures.
package struct StringToSign: Sendable, Equatable {
    package let text: String

    /// The headers the official clients sign, in the order they announce them.
    package static let signedHeaders: [HTTPField.Name] = [.caTimestamp, .caKey, .caNonce, .caSignatureMethod]

    /// Headers with a line of their own, or made from the signature itself: never in the signed list.
    private static let neverListed: Set<String> = [
        "x-ca-signature", "x-ca-signature-headers", "accept", "content-md5", "content-type", "date",
    ]

    /// - Parameters:
    ///   - path: The path with its query as sent. The query's parameters are sorted by name here.
    ///   - signed: The names from `x-ca-signature-headers`.
    package init(method: String, path: String, headers: HTTPFields, signed: [HTTPField.Name]) {
        var lines = [
            method.uppercased(), headers[.accept] ?? "", headers[.contentMD5] ?? "", headers[.contentType] ?? "",
            headers[.date] ?? "",
        ]
        let names = signed.map(\.canonicalName).filter { !Self.neverListed.contains($0) }.sorted()
        for name in names {
            guard let field = HTTPField.Name(name) else { continue }
            lines.append("\(name):\(headers[field] ?? "")")
        }
        lines.append(Self.canonical(path))
        text = lines.joined(separator: "\n")
    }

    private static func canonical(_ path: String) -> String {
        guard let mark = path.firstIndex(of: "?") else { return path }
        let query = path[path.index(after: mark)...].split(separator: "&").sorted()
        return query.isEmpty ? String(path[..<mark]) : path[..<mark] + "?" + query.joined(separator: "&")
    }
}
