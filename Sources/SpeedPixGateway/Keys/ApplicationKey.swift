package import SpeedPix

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What one application key may ask of a gateway; nil is no limit.
package struct KeyLimits: Sendable, Hashable {
    /// Signed calls in a minute of the clock. More are refused until the next one.
    package var callsPerMinute: Int?
    /// Predictions that wait to begin. More are refused.
    package var waiting: Int?
    /// Bytes of uploads and results together. While there are as many, creates and uploads are refused.
    package var storedBytes: Int64?

    package init(callsPerMinute: Int? = nil, waiting: Int? = nil, storedBytes: Int64? = nil) {
        self.callsPerMinute = callsPerMinute
        self.waiting = waiting
        self.storedBytes = storedBytes
    }
}

/// An application key that a gateway takes besides the one that it was started with.
package struct ApplicationKey: Sendable {
    /// What calls name in `X-Ca-Key`.
    package let name: String
    /// What they are signed with. A signature is checked with the secret itself, so that it cannot be kept as a hash.
    package let secret: Secret
    /// When it was made.
    package let created: Date
    package let limits: KeyLimits

    package init(name: String, secret: Secret, created: Date, limits: KeyLimits = KeyLimits()) {
        self.name = name
        self.secret = secret
        self.created = created
        self.limits = limits
    }

    /// The key that has what the console makes. It has no secret, and no other key may have its name.
    package static let consoleName = "console"

    /// Whether a text can be the name of a key: letters, digits, `-`, `_` and `.`, at most 64.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_.".utf8.contains(byte)
            }
    }
}

extension ApplicationKey {
    /// Reads what ``json`` wrote; nil for anything else.
    init?(_ json: JSONValue) {
        guard let name = json["app_key"]?.stringValue, Self.isName(name),
            let secret = json["app_secret"]?.stringValue, !secret.isEmpty,
            let created = json["created"]?.lenientDouble, (-0x1p53...0x1p53).contains(created)
        else { return nil }
        func limit(_ name: String) -> Int64?? {
            guard let value = json[name], value != .null else { return .some(nil) }
            guard let number = value.lenientInteger, number >= 0 else { return nil }
            return number
        }
        // A limit that is not understood must not be none.
        guard let calls = limit("calls_per_minute"), let waiting = limit("waiting"), let stored = limit("stored_bytes")
        else { return nil }
        self.init(
            name: name, secret: Secret(secret), created: Date(timeIntervalSince1970: created),
            limits: KeyLimits(
                callsPerMinute: calls.map { Int(clamping: $0) }, waiting: waiting.map { Int(clamping: $0) },
                storedBytes: stored))
    }

    /// As the file of keys has it, with the secret.
    var json: JSONValue {
        [
            "app_key": .string(name), "app_secret": .string(secret.revealed),
            "created": .integer(Int64(created.timeIntervalSince1970)),
            "calls_per_minute": limits.callsPerMinute.map { .integer(Int64($0)) } ?? .null,
            "waiting": limits.waiting.map { .integer(Int64($0)) } ?? .null,
            "stored_bytes": limits.storedBytes.map { .integer($0) } ?? .null,
        ]
    }
}
