import ComfyUI
import SpeedPix

/// A field that has a seed, and what may stand in it.
struct SeedField: Sendable, Hashable {
    let field: GraphField
    /// Within 0 … 2^53 − 1: beyond that, clients that keep numbers as floats would lose digits.
    let range: ClosedRange<Int64>
}

/// A seed that was drawn.
struct SeedValue: Sendable, Hashable {
    let field: GraphField
    let value: Int64
}

extension SeedField {
    private static let usable: ClosedRange<Int128> = 0...(1 << 53) - 1
    private static let names: Set<String> = ["seed", "noise_seed"]

    /// The fields of a workflow that have its seeds, each once, in the order of its nodes.
    ///
    /// They are those of which ComfyUI's page draws another value after each run, and whole numbers called `seed` or `noise_seed`.
    /// One that is linked is followed to the field that has its value; one whose value is computed is left out.
    ///
    /// - Parameter nodes: Only seeds that these need.
    static func all(in graph: WorkflowGraph, _ definitions: NodeDefinitions, for nodes: [String]) -> [SeedField] {
        let needed = graph.upstream(of: nodes)
        var (found, seen) = ([SeedField](), [GraphField: Int]())
        for id in graph.sortedIDs where needed.contains(id) {
            for name in graph.nodes[id]?.inputs.keys.sorted() ?? [] {
                let field = GraphField(id, name)
                let definition = definitions.definition(of: field, in: graph)
                guard isSeed(field, definition, in: graph), let origin = graph.origin(of: field) else { continue }
                var (holder, range) = (field, bounds(definition))
                if case .field(let other) = origin {
                    holder = other
                    range = intersection(range, bounds(definitions.definition(of: other, in: graph)))
                } else if case .node = origin {
                    continue
                }
                guard graph[holder]?.value?.wholeNumber != nil, let allowed = range else { continue }
                if let index = seen[holder] {
                    // Several nodes take the same seed.
                    let known = Int128(found[index].range.lowerBound)...Int128(found[index].range.upperBound)
                    if let common = intersection(allowed, known) { found[index] = SeedField(holder, common) }
                } else {
                    seen[holder] = found.count
                    found.append(SeedField(holder, allowed))
                }
            }
        }
        return found
    }

    private init(_ field: GraphField, _ range: ClosedRange<Int128>) {
        self.init(field: field, range: Int64(range.lowerBound)...Int64(range.upperBound))
    }

    private static func isSeed(_ field: GraphField, _ definition: NodeInputDefinition?, in graph: WorkflowGraph) -> Bool
    {
        if let definition {
            guard case .int = definition.kind else { return false }
            return definition.hasSeedControl || names.contains(field.field)
        }
        return names.contains(field.field)
    }

    /// Nil if nothing that can be used lies within.
    private static func bounds(_ definition: NodeInputDefinition?) -> ClosedRange<Int128>? {
        guard case .int(let minimum, let maximum, _)? = definition?.kind else { return usable }
        let (low, high) = (minimum?.wholeNumber ?? .min, maximum?.wholeNumber ?? .max)
        return low <= high ? intersection(usable, low...high) : nil
    }

    private static func intersection(
        _ left: ClosedRange<Int128>?, _ right: ClosedRange<Int128>?
    ) -> ClosedRange<Int128>? {
        guard let left, let right, left.overlaps(right) else { return nil }
        return left.clamped(to: right)
    }
}
