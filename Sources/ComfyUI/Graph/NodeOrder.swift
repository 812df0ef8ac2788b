/// The order in which a person would list nodes: by number where ids are numbers, so that `9` comes before `10`.
enum NodeOrder {
    private enum Part: Comparable {
        case number(UInt64)
        case text(String)
    }

    static func precedes(_ left: String, _ right: String) -> Bool {
        let (leftParts, rightParts) = (parts(left), parts(right))
        if leftParts == rightParts { return left < right }
        return leftParts.lexicographicallyPrecedes(rightParts)
    }

    /// The id of a node within a subgraph has the numbers of both: `57:8`.
    private static func parts(_ id: String) -> [Part] {
        id.split(separator: ":", omittingEmptySubsequences: false).map { part in
            UInt64(part).map { Part.number($0) } ?? Part.text(String(part))
        }
    }
}
