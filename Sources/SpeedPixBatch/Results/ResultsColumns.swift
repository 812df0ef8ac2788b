/// The columns of a table of results: those of the source, those that every batch has, and those that scripts have returned. A
/// value.
struct ResultsColumns {
    /// What every row has besides the source's values.
    enum Standard: String, CaseIterable {
        case state, error, predictions, seconds
    }

    /// The most columns that scripts' names get. What is returned under further ones stands in the column ``rest``.
    static let mostReturned = 200
    private static let rest = "more"

    let source: [String]
    /// The names of the columns of ``Standard``, in their order.
    let standard: [String]
    /// The columns for what scripts return, in their order.
    private(set) var returned: [String] = []
    /// By a script's name, the index of its column in ``returned``.
    private var indexes: [String: Int] = [:]
    private(set) var restIndex: Int?
    private var taken: Set<String>

    init(source: [String]) {
        self.source = source
        var taken = Set(source)
        standard = Standard.allCases.map { Self.free($0.rawValue, &taken) }
        self.taken = taken
    }

    var names: [String] { source + standard + returned }

    /// The index of the column in ``returned`` for a script's name; nil if it has none.
    func index(of name: String) -> Int? { indexes[name] }

    /// Makes columns for names that have none.
    ///
    /// - Returns: Whether there are more columns than before.
    mutating func add(_ names: some Sequence<String>) -> Bool {
        let before = returned.count
        for name in names where indexes[name] == nil {
            if indexes.count < Self.mostReturned {
                indexes[name] = returned.count
                returned.append(Self.free(name, &taken))
            } else if restIndex == nil {
                restIndex = returned.count
                returned.append(Self.free(Self.rest, &taken))
            }
        }
        return returned.count > before
    }

    /// The name, or the first of `name_2`, `name_3`, … that is not taken.
    private static func free(_ name: String, _ taken: inout Set<String>) -> String {
        var free = name
        var number = 2
        while !taken.insert(free).inserted {
            free = "\(name)_\(number)"
            number += 1
        }
        return free
    }

    /// Whether a table with these columns was written by a batch: the standard ones stand in a row, each under its own name or
    /// another that ``free(_:_:)`` makes of it.
    static func areResults(_ names: [String]) -> Bool {
        let standard = Standard.allCases
        guard names.count >= standard.count else { return false }
        return (0...names.count - standard.count).contains { start in
            zip(names[start...], standard).allSatisfy { isVariant($0, of: $1) }
        }
    }

    /// Whether a column of this name can be a standard one: `state`, `state_2`, …
    static func isVariant(_ name: String, of standard: Standard) -> Bool {
        guard name.hasPrefix(standard.rawValue) else { return false }
        let rest = name.dropFirst(standard.rawValue.count)
        return rest.isEmpty || rest.first == "_" && Int(rest.dropFirst()) != nil
    }
}
