/// The headers of a message. NATS compares their names byte by byte: `Nats-Msg-Id` and `nats-msg-id` are two.
///
/// The values of one name keep their order. libnats does not keep the order of received names, which therefore come sorted.
package struct NATSHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    init(_ fields: [Field]) {
        self.fields = fields
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    package var isEmpty: Bool { fields.isEmpty }

    /// Appends a value. It stays beside those that the name has already.
    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first value of the name. Setting replaces all of them; nil removes them.
    package subscript(_ name: String) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { append(name, newValue) }
        }
    }

    package func values(of name: String) -> [String] {
        fields.compactMap { $0.name == name ? $0.value : nil }
    }

    /// JetStream stores a message with an id that it has seen in its `duplicateWindow` only once.
    package static let messageID = "Nats-Msg-Id"
    /// JetStream stores the message only if the last one of its subject has this sequence; 0: if there is none.
    package static let expectedLastSubjectSequence = "Nats-Expected-Last-Subject-Sequence"
}
