/// An output that a workflow is known to give before it has run.
package struct DeclaredOutput: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case file
        case string
        case integer
        case number
        case boolean
        /// Any JSON value, or not known.
        case any
    }

    package var name: String
    package var kind: Kind
    /// Whether it is an array even of one. Otherwise one value stands alone, and several files are an array.
    package var isAlwaysArray: Bool

    package init(_ name: String, _ kind: Kind, isAlwaysArray: Bool = false) {
        self.name = name
        self.kind = kind
        self.isAlwaysArray = isAlwaysArray
    }
}
