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
        let names = signed.filter { !Self.neverListed.contains($0.canonicalName) }.map(\.canonicalName).sorted()
        self.init(
            method: method, path: path, accept: headers[.accept] ?? "", contentMD5: headers[.contentMD5] ?? "",
            contentType: headers[.contentType] ?? "", date: headers[.date] ?? "",
            lines: names.map { name in (name, HTTPField.Name(name).flatMap { headers[$0] } ?? "") })
    }

    /// From values at hand: every call is signed, and looking them up among its headers would cost more than the digest.
    ///
    /// - Parameter lines: The signed headers in lower case and their values, sorted by name.
    init(
        method: String, path: String, accept: String, contentMD5: String, contentType: String, date: String,
        lines: [(name: String, value: String)]
    ) {
        var text = method.uppercased()
        text.reserveCapacity(512)
        for value in [accept, contentMD5, contentType, date] {
            text += "\n"
            text += value
        }
        for line in lines {
            text += "\n"
            text += line.name
            text += ":"
            text += line.value
        }
        text += "\n"
        text += Self.canonical(path)
        self.text = text
    }

    private static func canonical(_ path: String) -> String {
        guard let mark = path.firstIndex(of: "?") else { return path }
        let query = path[path.index(after: mark)...].split(separator: "&").sorted()
        return query.isEmpty ? String(path[..<mark]) : path[..<mark] + "?" + query.joined(separator: "&")
    }
}
