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
        self.init(method: method, path: path, headers: headers, lines: Self.lines(for: signed))
    }

    /// - Parameter lines: What ``lines(for:)`` made of the signed names.
    package init(method: String, path: String, headers: HTTPFields, lines: [HTTPField.Name]) {
        // Every call is signed: appended to one text, this costs half of what joining many costs.
        var text = method.uppercased()
        text.reserveCapacity(512)
        for name in [HTTPField.Name.accept, .contentMD5, .contentType, .date] {
            text += "\n"
            text += headers[name] ?? ""
        }
        for name in lines {
            text += "\n"
            text += name.canonicalName
            text += ":"
            text += headers[name] ?? ""
        }
        text += "\n"
        text += Self.canonical(path)
        self.text = text
    }

    /// The signed names that get a line, in the order of the lines.
    package static func lines(for signed: [HTTPField.Name]) -> [HTTPField.Name] {
        signed.filter { !neverListed.contains($0.canonicalName) }.sorted { $0.canonicalName < $1.canonicalName }
    }

    private static func canonical(_ path: String) -> String {
        guard let mark = path.firstIndex(of: "?") else { return path }
        let query = path[path.index(after: mark)...].split(separator: "&").sorted()
        return query.isEmpty ? String(path[..<mark]) : path[..<mark] + "?" + query.joined(separator: "&")
    }
}
