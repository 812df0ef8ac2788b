internal import CNATS

/// A message as libnats hands it over, valid while its handler runs.
struct RawMessage: ~Copyable {
    private let raw: UnsafePointer<spn_message>

    init(_ raw: UnsafePointer<spn_message>) {
        self.raw = raw
    }

    var subject: String { String(cString: raw.pointee.subject) }

    var reply: String? { raw.pointee.reply.map { String(cString: $0) } }

    var isEmpty: Bool { raw.pointee.length == 0 }

    var payload: [UInt8] {
        Array(UnsafeRawBufferPointer(start: raw.pointee.data, count: raw.pointee.length))
    }

    var headers: NATSHeaders {
        var fields: [NATSHeaders.Field] = []
        withUnsafeMutablePointer(to: &fields) { pointer in
            spn_visit_headers(raw, pointer) { context, name, value in
                guard let context, let name, let value else { return }
                context.assumingMemoryBound(to: [NATSHeaders.Field].self).pointee
                    .append(.init(name: String(cString: name), value: String(cString: value)))
            }
        }
        guard !fields.isEmpty else { return NATSHeaders() }
        // A stable sort: the values of one name keep their order.
        fields.sort { $0.name < $1.name }
        return NATSHeaders(fields)
    }

    var message: NATSMessage { NATSMessage(subject: subject, reply: reply, headers: headers, payload: payload) }

    /// The number in decimal digits that the subject has after `offset` bytes. Nil for anything else.
    func number(after offset: Int) -> UInt64? {
        guard let subject = raw.pointee.subject else { return nil }
        for index in 0..<offset where subject[index] == 0 { return nil }
        var number: UInt64 = 0
        var at = offset
        while true {
            let byte = UInt8(bitPattern: subject[at])
            if byte == 0 { return at > offset ? number : nil }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
            at += 1
        }
    }
}
