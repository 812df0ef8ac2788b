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
    ///   - path: The path with its query as sent.
    ///   - signed: The names from `x-ca-signature-headers` as the client spelled them: its lines have this spelling. The
    ///     lines are sorted by it, byte by byte, as Alibaba's SDKs and demos do.
    ///   - form: The body, if it is a form; its parameters are signed with the query's.
    package init(
        method: String, path: String, headers: HTTPFields, signed: [String], form: [UInt8]? = nil
    ) {
        var lines: [(name: String, value: String)] = []
        for spelling in signed.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard spelling != lines.last?.name, let name = HTTPField.Name(spelling),
                !Self.neverListed.contains(name.canonicalName)
            else { continue }
            // A header that is empty, or listed and not sent, has a line without a value.
            lines.append((spelling, headers[name] ?? ""))
        }
        self.init(
            method: method, path: path, accept: headers[.accept] ?? "", contentMD5: headers[.contentMD5] ?? "",
            contentType: headers[.contentType] ?? "", date: headers[.date] ?? "", lines: lines, form: form)
    }

    /// From values at hand: every call is signed, and looking them up among its headers would cost more than the digest.
    ///
    /// - Parameter lines: The signed headers and their values, sorted by name.
    init(
        method: String, path: String, accept: String, contentMD5: String, contentType: String, date: String,
        lines: [(name: String, value: String)], form: [UInt8]? = nil
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
        text += SignedResource.text(path: path, form: form)
        self.text = text
    }
}
