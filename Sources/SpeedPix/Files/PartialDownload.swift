import HTTPTypes

/// What is known of a download over all its tries: how much is there, and of which version of the file. Pure, so that
/// every way in which a store may answer can be tested.
struct PartialDownload: Sendable, Equatable {
    private(set) var received: Int64 = 0
    /// Bytes in all; nil until a store says it.
    private(set) var total: Int64?
    private var entityTag: String?
    /// Whether the file came encoded, so that its bytes are not those that a range of the store's would count.
    private var isEncoded = false

    /// What to do with the body that follows a head.
    enum Body: Equatable {
        /// It goes on where the last try ended.
        case rest
        /// It is the file from its beginning; whatever is there is to be dropped.
        case whole
    }

    /// Why a try cannot go on; the next one starts from the beginning.
    struct Mismatch: Error, Equatable {
        var reason: String
    }

    /// What asks for the missing rest; nothing while there is nothing.
    var headers: HTTPFields {
        guard received > 0, !isEncoded else { return [:] }
        var headers: HTTPFields = [.range: "bytes=\(received)-"]
        // A weak tag does not vouch for single bytes (RFC 9110, section 13.1.5).
        if let entityTag, !entityTag.hasPrefix("W/") { headers[.ifRange] = entityTag }
        return headers
    }

    /// Whether a refusal means that the rest which was asked for does not exist.
    func isBeyondEnd(_ status: HTTPResponse.Status) -> Bool { received > 0 && status.code == 416 }

    /// Reads the head of a good answer.
    ///
    /// - Parameter isEncoded: Whether the body came compressed: its length and its tag are then not those of the file.
    mutating func begin(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, isEncoded: Bool = false
    ) throws(Mismatch) -> Body {
        guard status.code == 206 else {
            // To a store that knows no ranges, or whose file has changed, this is the whole file.
            self = PartialDownload()
            self.isEncoded = isEncoded
            guard !isEncoded else { return .whole }
            total = headers[.contentLength].flatMap { Int64($0) }
            entityTag = headers[.eTag]
            return .whole
        }
        guard !isEncoded else { throw restart("the store sent a part of the compressed file") }
        guard let range = ContentRange(headers[.contentRange]), range.first == received else {
            throw restart("the store sent another part than the one asked for")
        }
        guard total == nil || range.total == nil || total == range.total else {
            throw restart("the file's size changed from \(total ?? 0) to \(range.total ?? 0) bytes")
        }
        if let entityTag, let tag = headers[.eTag], tag != entityTag { throw restart("the file changed") }
        total = total ?? range.total
        // Some stores answer 206 to everything; what an earlier try left in the sink is gone all the same.
        return received == 0 ? .whole : .rest
    }

    mutating func add(_ count: Int64) { received += count }

    /// The next try starts from the beginning.
    mutating func restart(_ reason: String) -> Mismatch {
        self = PartialDownload()
        return Mismatch(reason: reason)
    }

    /// Whether the body ended where the store said it would; a body without an announced length ends where it ends.
    var isComplete: Bool { total == nil || total == received }
    /// Whether more came than the store had said.
    var isTooLong: Bool { total.map { received > $0 } ?? false }
}

/// `Content-Range: bytes 200-999/1000`, the total possibly `*`.
private struct ContentRange {
    var first: Int64
    var total: Int64?

    init?(_ header: String?) {
        guard let header, header.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = header.dropFirst(6).split(separator: "/")
        guard parts.count == 2, let start = parts[0].split(separator: "-").first, let first = Int64(start) else {
            return nil
        }
        self.first = first
        total = Int64(parts[1])
    }
}
