/// A table of a TOML document: its entries by name, each with the position where it stands.
struct TOMLTable: Sendable, Equatable {
    /// A key and its value.
    struct Entry: Sendable, Equatable {
        /// Where the key stands.
        var position: TextPosition
        var value: TOMLValue
    }

    /// One of the tables of a list, written below a header of its own: `[[a]]`.
    struct Element: Sendable, Equatable {
        /// Where the header's name stands; of a table within brackets, where the list's key stands.
        var position: TextPosition
        var table: TOMLTable
    }

    var entries: [String: Entry] = [:]
    /// How it came to be; decides what may be added to it later.
    var origin = Origin.implied

    enum Origin: Sendable {
        /// By a header below it, as `a` by `[a.b]`: a header of its own may follow.
        case implied
        /// By a header of its own.
        case header
        /// By dotted keys, as `a` by `a.b = 1`.
        case dotted
        /// Written whole, as `{ b = 1 }`: nothing may follow.
        case inline
    }

    /// The entries in the order of the text.
    var sorted: [(key: String, entry: Entry)] {
        entries.sorted { $0.value.position < $1.value.position }.map { ($0.key, $0.value) }
    }
}

/// A value of a TOML document.
enum TOMLValue: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case array([TOMLValue])
    case table(TOMLTable)
    /// Tables with headers of their own, `[[a]]`: at least one.
    case tables([TOMLTable.Element])

    /// As messages name it: "a text".
    var kind: String {
        switch self {
        case .string: "a text"
        case .integer: "a whole number"
        case .float: "a number"
        case .boolean: "true or false"
        case .array: "a list"
        case .table: "a table"
        case .tables: "a list of tables"
        }
    }
}

extension TOMLTable.Entry {
    /// The tables of a list that has nothing else, written as `[[a]]` or as `a = [{ … }, { … }]`, which mean the same; nil for
    /// every other value.
    var elements: [TOMLTable.Element]? {
        switch value {
        case .tables(let elements):
            return elements
        case .array(let values):
            let elements = values.compactMap { value -> TOMLTable.Element? in
                guard case .table(let table) = value else { return nil }
                return TOMLTable.Element(position: position, table: table)
            }
            return elements.isEmpty || elements.count < values.count ? nil : elements
        case .string, .integer, .float, .boolean, .table:
            return nil
        }
    }
}

/// Why a text is not TOML, and where.
struct TOMLSyntaxError: Error, Equatable {
    var position: TextPosition
    var message: String
}
