import SpeedPix

extension FaultRule {
    /// As ``FaultFile`` reads it: the same fault on the same calls. Defaults are written down, too.
    var json: JSONValue {
        var members = fault.members
        members["fault"] = .string(fault.name)
        members["call"] = .array(targets.map(\.rawValue).sorted().map { .string($0) })
        members["after"] = .integer(Int64(after))
        members["times"] = times.map { .integer(Int64($0)) }
        if probability < 1 {
            members["probability"] = .double(probability)
            members["seed"] = JSONValue(seed)
        }
        return .object(members)
    }
}

extension Fault {
    /// Its options, by the names that they have in files; those that are not set are left out.
    fileprivate var members: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        func set(_ name: String, _ text: String?) {
            if let text { members[name] = .string(text) }
        }
        switch self {
        case .status(let code, let reason, let body, let retryAfter, let isProcessed):
            members["code"] = .integer(Int64(code))
            members["processed"] = .bool(isProcessed)
            set("reason", reason)
            set("body", body)
            set("retry_after", retryAfter)
        case .throttle(let who, let status, let retryAfter):
            members["code"] = .integer(Int64(status))
            set("by", who)
            set("retry_after", retryAfter)
        case .envelope(let code, let message, let subCode, let subMessage, let status, let isProcessed):
            members["http_status"] = .integer(Int64(status))
            members["processed"] = .bool(isProcessed)
            set("code", code)
            set("message", message)
            set("sub_code", subCode)
            set("sub_message", subMessage)
        case .garbage(let bytes, let isProcessed):
            members["processed"] = .bool(isProcessed)
            members["utf8"] = .bool(!bytes.starts(with: Self.noText))
            let text = bytes.starts(with: Self.noText) ? bytes.dropFirst(Self.noText.count) : bytes[...]
            set("body", String(decoding: text, as: UTF8.self))
        case .cutBody(.bytes(let count)): members["bytes"] = .integer(Int64(count))
        case .cutBody(.fraction(let part)): members["fraction"] = .double(part)
        case .slowBody(let bytesPerWrite, let pause):
            members["piece"] = .integer(Int64(bytesPerWrite))
            members["seconds"] = .double(pause / .seconds(1))
        case .delay(let time), .expiredURL(let time), .skewedClock(let time):
            members["seconds"] = .double(time / .seconds(1))
        case .duplicateNonce, .resetBefore, .resetAfter: break
        }
        return members
    }
}
