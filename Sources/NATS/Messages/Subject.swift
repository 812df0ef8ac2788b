/// What may be said to a server: what it cannot take makes it close the connection, for everything that goes over it.
enum Subject {
    /// A server's lines end at 4,096 bytes, with subject, reply and two numbers in one of them.
    static let longest = 1024

    /// - Throws: `NATSError.invalid`.
    static func check(_ subject: String, allowsWildcards: Bool = false) throws(NATSError) {
        var subject = subject
        if let problem = subject.withUTF8({ problem(of: $0, allowsWildcards: allowsWildcards) }) {
            throw NATSError(.invalid, "the subject \(quoted(subject)) \(problem)")
        }
    }

    private static func problem(of bytes: UnsafeBufferPointer<UInt8>, allowsWildcards: Bool) -> String? {
        guard !bytes.isEmpty else { return "is empty" }
        guard bytes.count <= longest else { return "has more than \(longest) bytes" }
        var tokenLength = 0
        var wildcard = false
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0...0x20, 0x7F: return "has a space or a control character"
            case UInt8(ascii: "."):
                if tokenLength == 0 { return "has an empty part" }
                tokenLength = 0
                wildcard = false
                continue
            case UInt8(ascii: "*"), UInt8(ascii: ">"):
                let isToken =
                    tokenLength == 0 && (index + 1 == bytes.count || bytes[index + 1] == UInt8(ascii: "."))
                if isToken {
                    if !allowsWildcards { return "has a wildcard" }
                    if byte == UInt8(ascii: ">"), index + 1 < bytes.count { return "has > before its end" }
                    wildcard = true
                }
            default: break
            }
            tokenLength += 1
        }
        return tokenLength == 0 && !wildcard ? "has an empty part" : nil
    }

    /// The name of a stream or a consumer, which becomes one part of a subject.
    ///
    /// - Throws: `NATSError.invalid`.
    static func checkName(_ name: String) throws(NATSError) {
        let isValid =
            !name.isEmpty && name.utf8.count <= 255
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !forbiddenInNames.contains($0) }
        if !isValid { throw NATSError(.invalid, "\(quoted(name)) cannot be the name of a stream or a consumer") }
    }

    private static let forbiddenInNames = Array(#".*>/\"#.utf8)

    /// For messages: short, and without what a terminal obeys.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(80).map { $0.properties.generalCategory == .control ? "?" : String($0) }
        return "'\(shown.joined())\(text.unicodeScalars.count > 80 ? "…" : "")'"
    }
}

extension NATSHeaders {
    /// As the C side takes them: each name and each value ended by NUL.
    ///
    /// - Throws: `NATSError.invalid` for what would end a line, or the name within it.
    func block() throws(NATSError) -> [UInt8] {
        guard !isEmpty else { return [] }
        var block: [UInt8] = []
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") })
            else { throw NATSError(.invalid, "\(Subject.quoted(field.name)) cannot be the name of a header") }
            guard field.value.utf8.allSatisfy({ $0 != 0 && $0 != 0x0A && $0 != 0x0D })
            else { throw NATSError(.invalid, "the header \(field.name) cannot have more than one line") }
            block.append(contentsOf: field.name.utf8)
            block.append(0)
            block.append(contentsOf: field.value.utf8)
            block.append(0)
        }
        return block
    }
}
