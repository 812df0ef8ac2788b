import SpeedPix

/// Keeps the secret out of what a run reports, wherever it comes from: a parameter, a service's answer, a script.
struct Redaction: Sendable {
    /// The longest first: one may be a part of another.
    private let secrets: [String]

    /// - Parameter secrets: What nothing may show; the empty string counts as none.
    init(_ secrets: [String]) {
        self.secrets = Set(secrets).filter { !$0.isEmpty }.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// This, and the secret that calls are signed with.
    func adding(_ configuration: SpeedPixClient.Configuration) -> Redaction {
        Redaction(secrets + [configuration.appSecret.revealed])
    }

    func callAsFunction(_ text: String) -> String {
        secrets.reduce(text) { $0.contains($1) ? $0.replacing($1, with: "<redacted>") : $0 }
    }

    /// Of bytes that are not text.
    func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
        secrets.reduce(bytes) { $0.replacing(Array($1.utf8), with: Array("<redacted>".utf8)) }
    }

    func callAsFunction(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(self(text))
        case .array(let values): .array(values.map { self($0) })
        case .object(let members):
            .object(Dictionary(members.map { (self($0), self($1)) }, uniquingKeysWith: { $1 }))
        default: value
        }
    }
}
