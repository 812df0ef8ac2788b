import SpeedPix

/// Reads TOML 1.0, but for dates, which no setting takes.
///
/// A reader of our own because messages name the line of each key, which TOMLKit does not give, and because TOMLKit links
/// all of Foundation: that doubles the time an empty script takes to start.
struct TOMLParser {
    /// Settings nest two deep; a file that nests deeper than this is made to do harm.
    private static let deepest = 32

    private var scanner: TOMLScanner
    private var root = TOMLTable(origin: .header)
    /// The table that the last header named.
    private var path: [String] = []

    private init(_ text: String) {
        scanner = TOMLScanner(text)
    }

    /// - Throws: ``TOMLSyntaxError``.
    static func parse(_ text: String) throws(TOMLSyntaxError) -> TOMLTable {
        var parser = TOMLParser(text)
        try parser.document()
        return parser.root
    }

    private mutating func document() throws(TOMLSyntaxError) {
        while true {
            try scanner.skipBlankLines()
            if scanner.isAtEnd { return }
            if scanner.take("[") { try header() } else { try keyValue() }
            try scanner.endLine()
        }
    }

    private mutating func header() throws(TOMLSyntaxError) {
        let position = scanner.position
        let isElement = scanner.take("[")
        scanner.skipSpaces()
        let keys = try dottedKey()
        scanner.skipSpaces()
        for _ in 0..<(isElement ? 2 : 1) {
            guard scanner.take("]") else { throw scanner.error("a ] is missing at the end of the table's name") }
        }
        path = keys.map(\.name)
        if isElement, let last = keys.last {
            return try Self.change(path.dropLast(), in: &root, at: position) { table throws(TOMLSyntaxError) in
                try Self.append(TOMLTable(origin: .header), at: last, to: &table)
            }
        }
        try Self.change(path[...], in: &root, at: position) { table throws(TOMLSyntaxError) in
            guard table.origin == .implied else {
                throw TOMLSyntaxError(position: position, message: "this table is there twice")
            }
            table.origin = .header
        }
    }

    private mutating func keyValue() throws(TOMLSyntaxError) {
        let position = scanner.position
        let keys = try dottedKey()
        scanner.skipSpaces()
        guard scanner.take("=") else { throw scanner.error("after a key there must be a =") }
        scanner.skipSpaces()
        let value = try value(depth: 0)
        try Self.change(path[...], in: &root, at: position) { table throws(TOMLSyntaxError) in
            try Self.insert(value, at: keys[...], into: &table)
        }
    }

    // MARK: Tables

    /// Changes the table at the path, of a list its last table; tables on the way are made.
    private static func change(
        _ path: ArraySlice<String>, in table: inout TOMLTable, at position: TextPosition,
        _ body: (inout TOMLTable) throws(TOMLSyntaxError) -> Void
    ) throws(TOMLSyntaxError) {
        guard let name = path.first else { return try body(&table) }
        var entry = table.entries[name] ?? TOMLTable.Entry(position: position, value: .table(TOMLTable()))
        // What is changed is given away first: with one owner, it is changed in its place instead of being copied for each key.
        if case .tables(var elements) = entry.value {
            table.entries[name] = nil
            entry.value = .boolean(false)
            try change(path.dropFirst(), in: &elements[elements.count - 1].table, at: position, body)
            entry.value = .tables(elements)
            table.entries[name] = entry
            return
        }
        guard case .table(var inner) = entry.value, inner.origin != .inline else {
            throw TOMLSyntaxError(
                position: position, message: "\(name) has a value already, and cannot be a table as well")
        }
        table.entries[name] = nil
        entry.value = .boolean(false)
        try change(path.dropFirst(), in: &inner, at: position, body)
        entry.value = .table(inner)
        table.entries[name] = entry
    }

    /// Adds one more table to a list of them, which is made if there is none.
    private static func append(
        _ element: TOMLTable, at key: Key, to table: inout TOMLTable
    ) throws(TOMLSyntaxError) {
        let element = TOMLTable.Element(position: key.position, table: element)
        guard var entry = table.entries.removeValue(forKey: key.name) else {
            table.entries[key.name] = TOMLTable.Entry(position: key.position, value: .tables([element]))
            return
        }
        guard case .tables(var elements) = entry.value else {
            throw TOMLSyntaxError(
                position: key.position, message: "\(key.name) has a value already, in line \(entry.position.line)")
        }
        // Given away, as above.
        entry.value = .boolean(false)
        elements.append(element)
        entry.value = .tables(elements)
        table.entries[key.name] = entry
    }

    private static func insert(
        _ value: TOMLValue, at keys: ArraySlice<Key>, into table: inout TOMLTable
    ) throws(TOMLSyntaxError) {
        guard let key = keys.first else { return }
        if keys.count == 1 {
            if let former = table.entries[key.name] {
                throw TOMLSyntaxError(
                    position: key.position, message: "\(key.name) is there twice, first in line \(former.position.line)"
                )
            }
            table.entries[key.name] = TOMLTable.Entry(position: key.position, value: value)
            return
        }
        var entry =
            table.entries[key.name]
            ?? TOMLTable.Entry(position: key.position, value: .table(TOMLTable(origin: .dotted)))
        guard case .table(var inner) = entry.value, inner.origin == .dotted else {
            throw TOMLSyntaxError(
                position: key.position, message: "\(key.name) has a value already, in line \(entry.position.line)")
        }
        table.entries[key.name] = nil
        entry.value = .boolean(false)
        try insert(value, at: keys.dropFirst(), into: &inner)
        entry.value = .table(inner)
        table.entries[key.name] = entry
    }

    // MARK: Keys

    fileprivate struct Key {
        var name: String
        var position: TextPosition
    }

    private mutating func dottedKey() throws(TOMLSyntaxError) -> [Key] {
        var keys = [try key()]
        while true {
            scanner.skipSpaces()
            guard scanner.take(".") else { return keys }
            guard keys.count < Self.deepest else { throw scanner.error("this key nests too deep") }
            scanner.skipSpaces()
            keys.append(try key())
        }
    }

    private mutating func key() throws(TOMLSyntaxError) -> Key {
        let position = scanner.position
        if scanner.next == "\"" || scanner.next == "'" {
            let name = try scanner.string(mayHaveLines: false)
            return Key(name: name, position: position)
        }
        let name = scanner.take { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "-" }
        guard !name.isEmpty else {
            throw scanner.error(
                scanner.next.map { "a key cannot begin with \($0)" } ?? "a key is missing")
        }
        return Key(name: name, position: position)
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(TOMLSyntaxError) -> TOMLValue {
        guard depth < Self.deepest else { throw scanner.error("this value nests too deep") }
        switch scanner.next {
        case "\"", "'": return .string(try scanner.string(mayHaveLines: true))
        case "[": return .array(try array(depth))
        case "{": return .table(try inlineTable(depth))
        default: return try scanner.plainValue()
        }
    }

    private mutating func array(_ depth: Int) throws(TOMLSyntaxError) -> [TOMLValue] {
        let start = scanner.position
        var values: [TOMLValue] = []
        _ = scanner.take("[")
        while true {
            try scanner.skipBlankLines()
            if scanner.take("]") { return values }
            if scanner.isAtEnd { throw TOMLSyntaxError(position: start, message: "this list has no ] at its end") }
            values.append(try value(depth: depth + 1))
            try scanner.skipBlankLines()
            guard scanner.take(",") || scanner.next == "]" || scanner.isAtEnd else {
                throw scanner.error("between the values of a list there must be a comma")
            }
        }
    }

    private mutating func inlineTable(_ depth: Int) throws(TOMLSyntaxError) -> TOMLTable {
        var table = TOMLTable(origin: .inline)
        _ = scanner.take("{")
        scanner.skipSpaces()
        if scanner.take("}") { return table }
        while true {
            let keys = try dottedKey()
            guard scanner.take("=") else { throw scanner.error("after a key there must be a =") }
            scanner.skipSpaces()
            try Self.insert(try value(depth: depth + 1), at: keys[...], into: &table)
            scanner.skipSpaces()
            if scanner.take("}") { return table }
            guard scanner.take(",") else {
                throw scanner.error("the values of an inline table are followed by a comma or }")
            }
            scanner.skipSpaces()
        }
    }
}
