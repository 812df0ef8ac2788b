/// The `Range` header of a download (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// No range, or one that a server may pass over: everything is sent.
    case whole
    case part(Range<Int64>)
    /// Nothing of it exists.
    case unsatisfiable

    init(_ header: String?, size: Int64) {
        // Several ranges at once would need a multipart answer, which no client of this service asks for.
        guard let header, header.lowercased().hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            .map { $0.filter { !$0.isWhitespace } }
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            self = .whole
            return
        }
        switch (bounds[0], bounds[1]) {
        case ("", ""):
            self = .whole
        case ("", let suffix):
            let count = min(Int64(suffix) ?? .max, size)
            self = count == 0 ? .unsatisfiable : .part(size - count..<size)
        case (let first, let last):
            let first = Int64(first) ?? .max
            let last = last.isEmpty ? .max : Int64(last) ?? .max
            if last < first {
                self = .whole
            } else {
                self = first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
            }
        }
    }
}
