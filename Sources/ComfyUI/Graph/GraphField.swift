/// A field of a node, by the node's id and the field's name.
package struct GraphField: Sendable, Hashable, CustomStringConvertible {
    /// As written, such as `3` or, of a node within a subgraph, `57:8`.
    package var node: String
    /// May have dots in it, such as `format.bit_depth`.
    package var field: String

    package init(_ node: String, _ field: String) {
        self.node = node
        self.field = field
    }

    /// `NODE.FIELD`
    package var description: String { "\(node).\(field)" }
}
