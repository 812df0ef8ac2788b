package import SpeedPix

/// How a worker's own journal says which create of a row's log one of its creates is: in the text of its position.
package struct LocalPosition: Sendable, Equatable {
    /// The log's name for the create.
    package var create: String
    package var position: CreatePosition?

    package init(create: String, position: CreatePosition?) {
        self.create = create
        self.position = position
    }

    /// Nil for a position that no ``LoggedJournal`` has written.
    package init?(_ encoded: CreatePosition) {
        guard let separator = encoded.rawValue.lastIndex(of: "@") else { return nil }
        let name = encoded.rawValue[encoded.rawValue.index(after: separator)...]
        guard !name.isEmpty else { return nil }
        create = String(name)
        let text = encoded.rawValue[..<separator]
        position = text.isEmpty ? nil : CreatePosition(rawValue: String(text))
    }

    package var encoded: CreatePosition { CreatePosition(rawValue: "\(position?.rawValue ?? "")@\(create)") }
}
