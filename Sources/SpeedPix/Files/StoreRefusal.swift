import HTTPTypes

/// What an object store says when it refuses: its XML, as OSS and S3 send it.
struct StoreRefusal: Sendable, Equatable {
    /// Bytes of an answer that are read for it.
    static let longest = 16 << 10

    /// Such as `AccessDenied`.
    var code: String?
    var message: String?
    var requestID: String?

    init(_ body: [UInt8]) {
        let text = String(decoding: body, as: UTF8.self)
        guard text.contains("<Error>") else { return }
        code = Self.element("Code", in: text)
        message = Self.element("Message", in: text)
        requestID = Self.element("RequestId", in: text)
    }

    /// Reads the beginning of a refusal's body; a body that breaks off says what it said until then.
    init(reading body: AnyByteStream) async {
        var bytes: [UInt8] = []
        var chunks = body.makeAsyncIterator()
        while bytes.count < Self.longest, let chunk = try? await chunks.next() {
            bytes.append(contentsOf: chunk.readableBytesView.prefix(Self.longest - bytes.count))
        }
        self.init(bytes)
    }

    /// Whether the signed URL has expired, as it does when an upload waits for long, or when the clock that it was signed by
    /// was off. A new one helps.
    ///
    /// OSS ("Request has expired.") and S3 answer an expired URL with the code of any refusal; only the message differs.
    var isExpired: Bool {
        guard let code else { return false }
        if code == ServiceCode.storeAccessDenied { return message?.lowercased().contains("expired") ?? false }
        return ServiceCode.storeURLExpired.contains(code)
    }

    private static func element(_ name: String, in text: String) -> String? {
        let (opening, closing) = ("<\(name)>", "</\(name)>")
        guard let start = text.firstRange(of: opening) else { return nil }
        let rest: Substring = text[start.upperBound...]
        guard let end = rest.firstRange(of: closing) else { return nil }
        let content = String(rest[..<end.lowerBound])
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&amp;", with: "&").printable()
        return content.isEmpty ? nil : content
    }
}
