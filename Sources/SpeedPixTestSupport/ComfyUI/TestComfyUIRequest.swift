import NIOCore
import NIOHTTP1
import SpeedPix

/// A request as the routes of a ``TestComfyUI`` see it.
struct TestComfyUIRequest: Sendable {
    let method: String
    /// Without query and without the prefix: `/api/prompt`; nil if the prefix is not there.
    let path: String?
    let query: [String: String]
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    init(_ head: HTTPRequestHead, _ body: ByteBuffer, prefix: String) {
        method = head.method.rawValue
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map(String.init) ?? ""
        self.path = path.hasPrefix(prefix + "/") ? String(path.dropFirst(prefix.count)) : nil
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count > 1 ? PercentEncoding.decode(sides[1]) : ""
            query[String(sides[0])] = value ?? ""
        }
        self.query = query
        headers = head.headers.map { ($0.name, $0.value) }
        self.body = Array(buffer: body)
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The path below `/api`; nil for another.
    var route: String? {
        guard let path, path.hasPrefix("/api/") else { return nil }
        return String(path.dropFirst("/api".count))
    }

    /// Whether a route such as `GET /history/*` is meant.
    func matches(_ pattern: String) -> Bool {
        let parts = pattern.split(separator: " ")
        guard parts.count == 2, let route, parts[0] == method else { return false }
        let (wanted, given) = (parts[1].split(separator: "/"), route.split(separator: "/"))
        return wanted.count == given.count && zip(wanted, given).allSatisfy { $0 == "*" || $0 == $1 }
    }
}

/// What a route of a ``TestComfyUI`` answers.
enum TestComfyUIReply: Sendable {
    struct Answer: Sendable {
        var status = 200
        var type: String?
        var location: String?
        var body: [UInt8] = []
    }

    case none
    case close
    case answer(Answer)
    case stalled(Answer)

    static func json(_ value: JSONValue, status: Int = 200) -> TestComfyUIReply {
        .answer(
            Answer(status: status, type: "application/json; charset=utf-8", body: (try? value.encoded()) ?? []))
    }

    static func text(_ status: Int, _ text: String) -> TestComfyUIReply {
        .answer(Answer(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8)))
    }

    static let empty = TestComfyUIReply.answer(Answer())
    static let notFound = text(404, "404: Not Found")
}
