extension WorkflowGraph {
    /// An order of nodes. Both are the same each time.
    package enum Order: Sendable {
        /// By their ids, numbers as numbers.
        case byID
        /// Each node after those whose outputs it takes.
        case topological
    }

    /// The ids of all nodes.
    ///
    /// - Throws: ``GraphProblem`` `loop`, for the topological order.
    package func nodeIDs(inOrder order: Order) throws(GraphProblem) -> [String] {
        guard order == .topological else { return sortedIDs }
        let (ids, loop) = traversal()
        if let loop { throw .loop(loop) }
        return ids
    }

    /// What keeps it from being run whatever a server has: links to nodes that are missing, and a loop. Empty if it is well.
    package func check() -> [GraphProblem] {
        var problems: [GraphProblem] = []
        for id in sortedIDs {
            for (name, input) in (nodes[id]?.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard let linked = input.linkedNode, nodes[linked] == nil else { continue }
                problems.append(.missingNode(linked, field: GraphField(id, name)))
            }
        }
        if let loop = traversal().loop { problems.append(.loop(loop)) }
        return problems
    }

    /// The nodes themselves and all that they need.
    package func upstream(of ids: some Sequence<String>) -> Set<String> {
        var (found, pending) = (Set<String>(), Array(ids))
        while let id = pending.popLast() {
            guard let node = nodes[id], found.insert(id).inserted else { continue }
            pending.append(contentsOf: node.linkedNodes)
        }
        return found
    }

    /// All ids, numbers as numbers.
    package var sortedIDs: [String] { nodes.keys.sorted(by: NodeOrder.precedes) }

    private enum Visit {
        case open
        case done
    }

    /// In depth-first order, without recursion: a chain may be as long as there are nodes.
    private func traversal() -> (ids: [String], loop: [String]?) {
        var (ids, visits) = ([String](), [String: Visit]())
        for root in sortedIDs where visits[root] == nil {
            visits[root] = .open
            var path = [(id: root, sources: sources(of: root)[...])]
            while var current = path.popLast() {
                guard let source = current.sources.popFirst() else {
                    visits[current.id] = .done
                    ids.append(current.id)
                    continue
                }
                path.append(current)
                switch visits[source] {
                case .done?: break
                case .open?:
                    let start = path.firstIndex { $0.id == source } ?? 0
                    return (ids, path[start...].map(\.id))
                case nil:
                    visits[source] = .open
                    path.append((id: source, sources: sources(of: source)[...]))
                }
            }
        }
        return (ids, nil)
    }

    /// The nodes that one takes something of, without those that are missing.
    private func sources(of id: String) -> [String] {
        (nodes[id]?.linkedNodes ?? []).filter { nodes[$0] != nil }.sorted(by: NodeOrder.precedes)
    }
}
