package import HTTPTypes
package import SpeedPix

/// Where a ComfyUI server is reached: its URL, the header fields that every request carries, and which certificates count.
///
/// Values of header fields, which may be passwords, stand in none of its descriptions.
package struct ComfyUIServerAddress: Sendable, Hashable {
    /// The URL without a slash at its end: `https://gpu2:8188/comfy`. It has no user name, no query and no fragment, and may
    /// be shown.
    package let text: String
    /// Whether connections are encrypted.
    package let isSecure: Bool
    /// In lower case, an IPv6 address without brackets.
    package let host: String
    package let port: Int
    /// Sent with every request, the one that opens a WebSocket too.
    package let headers: HTTPFields
    /// Which certificates the server's is checked against.
    package let trust: TrustSettings
    /// Host and port as the URL has them.
    let authority: String
    /// The path before ComfyUI's own, percent-encoded: `/comfy`; empty if there is none.
    let prefix: String

    /// The fields that HTTP and WebSocket themselves set.
    private static let reserved: Set<String> = [
        "connection", "content-length", "content-type", "host", "transfer-encoding", "upgrade",
    ]

    /// - Parameters:
    ///   - text: An absolute `http` or `https` URL. What proxies put before ComfyUI's paths stays; `/` at the end does not
    ///     count.
    ///   - headers: For a server that wants to know who asks.
    ///   - caFile: Path of a file of certificates that count beside those of the system; nil for none.
    /// - Throws: ``ComfyUIError`` with code `configuration`, which says what is wrong.
    package init(_ text: String, headers: HTTPFields = [:], caFile: String? = nil) throws {
        let text = text.trimmed
        guard !text.contains("@") else {
            throw Self.problem(
                "the address of a ComfyUI server has no user name and no password in it",
                "put them into a header of the headers file: Authorization: Basic …")
        }
        guard let target = RequestTarget(text) else {
            throw Self.problem(
                "\(text.excerpt()) is not the address of a ComfyUI server",
                "write it as http://HOST:PORT, such as http://127.0.0.1:8188")
        }
        guard !text.contains("?"), !text.contains("#") else {
            throw Self.problem(
                "\(text.excerpt()) has a query or a fragment behind it", "leave out everything from ? or # on")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains("\\") else {
            throw Self.problem(
                "\(text.excerpt()) has characters that a URL cannot have", "percent-encode them")
        }
        for field in headers {
            let name = field.name.canonicalName
            guard !Self.reserved.contains(name), !name.hasPrefix("sec-websocket-") else {
                throw Self.problem("the header \(field.name.rawName) cannot be set", "leave it out")
            }
        }
        var trust = TrustSettings()
        if let caFile {
            do {
                try trust.add(certificatesIn: caFile)
            } catch let error as SpeedPixError {
                throw ComfyUIError(
                    .configuration, error.message, remedy: error.remedy, mayHaveTakenEffect: false, cause: error)
            }
        }
        var path = target.resource
        while path.hasSuffix("/") { path.removeLast() }
        isSecure = target.scheme == "https"
        host = target.host
        port = target.port
        authority = target.authority
        prefix = path
        self.text = "\(target.scheme)://\(target.authority)\(path)"
        self.headers = headers
        self.trust = trust
    }

    private static func problem(_ message: String, _ remedy: String) -> ComfyUIError {
        ComfyUIError(.configuration, message, remedy: remedy, mayHaveTakenEffect: false)
    }

    /// A path of ComfyUI's interface, below the prefix and `/api`, as a request line has it.
    ///
    /// - Parameters:
    ///   - path: Percent-encoded, with a slash before it: `/queue`.
    ///   - query: Names and values, not encoded.
    func resource(_ path: String, query: [(String, String)] = []) -> String {
        let pairs = query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        return prefix + "/api" + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// The whole URL of a path of ComfyUI's interface.
    func url(_ path: String, query: [(String, String)] = []) -> String {
        "\(isSecure ? "https" : "http")://\(authority)\(resource(path, query: query))"
    }
}

extension ComfyUIServerAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL.
    package var description: String { text }
    /// The URL, too.
    package var debugDescription: String { text }
    /// Without the header fields, so that `dump` and reflection do not find them.
    package var customMirror: Mirror { Mirror(self, children: ["text": text]) }
}
