package import SpeedPix

/// A workflow as ComfyUI's servers run it: its API format.
///
/// Numbers keep their values: whole ones of up to 64 bits every digit, others the shortest text that reads back as the same
/// number. What this type does not know of nodes is kept.
package struct WorkflowGraph: Sendable, Hashable {
    /// The longest text that is read, in bytes. The largest official template has some 200 KB.
    package static let largestText = 16 << 20
    /// The most nodes that a workflow may have.
    package static let mostNodes = 10_000

    /// By their ids as written, such as `3`, or `57:8` within a subgraph.
    package var nodes: [String: GraphNode]

    package init(nodes: [String: GraphNode] = [:]) {
        self.nodes = nodes
    }

    /// Reads API format as text.
    ///
    /// - Throws: ``GraphProblem``: `tooLarge`, `notJSON`, and those of ``init(_:)``.
    package init(parsing bytes: some Collection<UInt8>) throws(GraphProblem) {
        try self.init(Self.json(bytes))
    }

    /// Reads API format.
    ///
    /// Links to nodes that are missing, and loops, are no reason to refuse it: ``check()`` finds them.
    ///
    /// - Throws: ``GraphProblem``: `uiFormat`, `notAGraph`, `tooLarge`.
    package init(_ json: JSONValue) throws(GraphProblem) {
        guard let members = json.objectValue else { throw .notAGraph("it is not an object of nodes") }
        if members["nodes"]?.arrayValue != nil { throw .uiFormat }
        guard !members.isEmpty else { throw .notAGraph("it has no nodes") }
        guard members.count <= Self.mostNodes else {
            throw .tooLarge("the workflow has \(members.count) nodes; \(Self.mostNodes) is the most")
        }
        let ids = Set(members.keys)
        nodes = [:]
        // In order, so that of several mistakes always the same one is named.
        for id in members.keys.sorted(by: NodeOrder.precedes) {
            nodes[id] = try GraphNode(members[id] ?? .null, id: id, among: ids)
        }
    }

    /// As a server reads it.
    package var json: JSONValue { .object(nodes.mapValues(\.json)) }

    /// The node, for messages: its id with its title, or its class.
    package func name(of id: String) -> String {
        guard let node = nodes[id] else { return "node \(id)" }
        return "node \(id) (\(String((node.title ?? node.classType).prefix(60)).printable()))"
    }

    /// What a field has; nil if the node or the field is not there.
    package subscript(field: GraphField) -> GraphInput? {
        get { nodes[field.node]?.inputs[field.field] }
        set { nodes[field.node]?.inputs[field.field] = newValue }
    }

    /// - Throws: ``GraphProblem`` `tooLarge` or `notJSON`.
    static func json(_ bytes: some Collection<UInt8>) throws(GraphProblem) -> JSONValue {
        guard bytes.count <= largestText else {
            throw .tooLarge("the workflow has \(bytes.count) bytes; \(largestText) is the most")
        }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            // Python writes NaN and infinities, of which JSON has none.
            guard let cleaned = PythonJSON.withoutSpecialNumbers(bytes), let json = try? JSONValue(parsing: cleaned)
            else {
                throw .notJSON(reason(error))
            }
            return json
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let number = LongNumber(error) { return "\(number)" }
        guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
        return context.debugDescription
    }
}
