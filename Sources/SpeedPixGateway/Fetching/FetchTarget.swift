import SpeedPix

/// A URL of an input, taken apart by rules that leave no room for two readings: what checks it and what connects must find the same
/// host in it.
struct FetchTarget: Sendable, Hashable {
    /// A longer one is nothing that a store gives out.
    private static let longest = 8192

    let isSecure: Bool
    /// In lower case: a name, an IPv4 address, or an IPv6 address without its brackets.
    let host: String
    let port: Int
    /// Path and query; it begins with a slash.
    let path: String

    /// - Throws: ``FetchRefusal`` for anything but `http` and `https`, and for a host in an odd spelling.
    init(_ text: String) throws(FetchRefusal) {
        guard text.utf8.count <= Self.longest else { throw FetchRefusal("is a URL that is too long") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw FetchRefusal("is a URL with characters that have to be written as %XX")
        }
        guard let end = text.firstRange(of: "://") else { throw FetchRefusal("is not a URL") }
        switch text[..<end.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: throw FetchRefusal("is not a URL of http or https")
        }
        let rest = text[end.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...]
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
        guard let (host, port) = Self.parts(authority) else {
            throw FetchRefusal("is a URL whose host is not a plain name or address")
        }
        self.host = host
        guard let port else {
            self.port = isSecure ? 443 : 80
            return
        }
        guard let number = Int(port), (1...65_535).contains(number) else {
            throw FetchRefusal("is a URL with a port that is none")
        }
        self.port = number
    }

    /// Whether the host is an address.
    var isAddress: Bool { IPAddress(host) != nil }

    /// The host as a URL has it.
    private var writtenHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Host and port, as in `files.lan:9000`.
    var authority: String { "\(writtenHost):\(port)" }

    private var origin: String {
        let standard = isSecure ? 443 : 80
        return "\(isSecure ? "https" : "http")://\(writtenHost)\(port == standard ? "" : ":\(port)")"
    }

    var url: String { origin + path }

    /// For messages: without the query, which may be a signature.
    var shown: String { origin + path.prefix { $0 != "?" } }

    /// The last part of the path, which names the file.
    var filename: String {
        let last = path.prefix { $0 != "?" }.split(separator: "/").last ?? ""
        let name = PercentEncoding.decode(last) ?? String(last)
        return name.isEmpty || name.contains("/") || name.utf8.count > 255 ? "file" : name
    }

    /// Host and port of an authority; nil for a user name and for spellings that libraries read in different ways.
    private static func parts(_ authority: Substring) -> (host: String, port: Substring?)? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<end].lowercased()
            let rest = authority[authority.index(after: end)...]
            guard IPAddress(host)?.bytes.count == 16, rest.isEmpty || rest.hasPrefix(":") else { return nil }
            return (host, rest.isEmpty ? nil : port(rest.dropFirst()))
        }
        let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = pieces.first, pieces.count <= 2 else { return nil }
        let host = first.lowercased()
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, labels.allSatisfy(isLabel), let last = labels.last else { return nil }
        // "127.1", "0x7f000001" and "2130706433" are addresses for some.
        let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        guard !isNumber || IPAddress(host) != nil else { return nil }
        return (host, pieces.count == 2 ? port(pieces[1]) : nil)
    }

    /// Digits alone; anything else is a port that is none.
    private static func port(_ text: Substring) -> Substring {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.utf8.count <= 5 ? text : "0"
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
            }
    }
}
