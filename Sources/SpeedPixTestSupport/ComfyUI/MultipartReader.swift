/// The parts of a form (RFC 7578), as a server reads them.
struct MultipartReader {
    struct Part {
        let name: String
        let filename: String?
        let body: [UInt8]
    }

    /// - Returns: Nil for a body that is no such form.
    static func parts(_ body: [UInt8], contentType: String) -> [Part]? {
        guard let mark = contentType.firstRange(of: "boundary=") else { return nil }
        let delimiter = Array("--".utf8) + Array(contentType[mark.upperBound...].utf8)
        var parts: [Part] = []
        guard body.starts(with: delimiter) else { return nil }
        var rest = body[delimiter.count...]
        while rest.starts(with: [0x0D, 0x0A]) {
            guard let headEnd = rest.firstRange(of: Array("\r\n\r\n".utf8)),
                let end = rest.firstRange(of: [0x0D, 0x0A] + delimiter), headEnd.upperBound <= end.lowerBound
            else { return nil }
            let head = String(decoding: rest[..<headEnd.lowerBound], as: UTF8.self)
            guard let name = value(of: "name", in: head) else { return nil }
            parts.append(
                Part(
                    name: name, filename: value(of: "filename", in: head),
                    body: Array(rest[headEnd.upperBound..<end.lowerBound])))
            rest = rest[end.upperBound...]
        }
        return rest.starts(with: Array("--".utf8)) ? parts : nil
    }

    private static func value(of parameter: String, in head: String) -> String? {
        guard let start = head.firstRange(of: "; \(parameter)=\"") else { return nil }
        return String(head[start.upperBound...].prefix { $0 != "\"" })
    }
}
