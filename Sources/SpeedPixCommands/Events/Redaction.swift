import SpeedPix

/// Keeps the secret out of what a run tells, whoever put it there: a parameter, a service's answer, a script.
struct Redaction: Sendable {
    private let secret: String

    init(_ configuration: Configuration) {
        secret = configuration.appSecret.revealed
    }

    /// Before there is a configuration: the secret that the environment holds.
    init(environment: [String: String]) {
        secret = environment[Configuration.Variable.appSecret] ?? ""
    }

    func callAsFunction(_ text: String) -> String {
        secret.isEmpty || !text.contains(secret) ? text : text.replacing(secret, with: "<redacted>")
    }

    /// Of bytes that are no text.
    func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
        secret.isEmpty ? bytes : bytes.replacing(Array(secret.utf8), with: Array("<redacted>".utf8))
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
