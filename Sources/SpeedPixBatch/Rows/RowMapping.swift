import Spelling

/// Which columns of a table are which parameters of a script, and which one has the keys. A value.
package struct RowMapping: Sendable, Equatable {
    /// For each column of the table, the parameter that it is for; nil for a column that is left out.
    package let parameters: [String?]
    /// The index of the column by whose values rows are known again; nil: by all of their values.
    package let key: Int?

    /// A column without a map is for the parameter of its name. The column of the keys may be for none.
    ///
    /// - Parameters:
    ///   - key: The name of a column, or else of a parameter that has one.
    ///   - declared: The script's parameters.
    ///   - constants: Parameters whose values are the same in each row.
    /// - Throws: ``RowSourceError`` for a name that is not there, and for two values of one parameter.
    package init(
        of table: RowTable, maps: [ColumnMap], key: String?, declared: [String], constants: [String]
    ) throws(RowSourceError) {
        let names = table.columns.map(\.name)
        var mapped: [Int: String?] = [:]
        for map in maps {
            // JSON Lines without a row say nothing about columns.
            guard !names.isEmpty else { continue }
            guard let column = names.firstIndex(of: map.column) else {
                throw RowSourceError(
                    "--map \(map.column)=\(map.parameter ?? ""): \(table.name) has no column '\(map.column)'",
                    hint: NearestName.hint(for: map.column, among: names))
            }
            if let parameter = map.parameter { try Self.check(parameter, "--map \(map.column)=\(parameter)", declared) }
            guard mapped.updateValue(map.parameter, forKey: column) == nil else {
                throw RowSourceError("--map gives the column '\(map.column)' to two parameters", hint: "drop one")
            }
        }
        for constant in constants.sorted() { try Self.check(constant, "\(constant)=…", declared) }
        self.key = try Self.keyColumn(key, names, mapped, constants, table)
        var parameters: [String?] = []
        var unknown: [Int] = []
        for (column, name) in names.enumerated() {
            if let parameter = mapped[column] {
                parameters.append(parameter)
            } else if declared.contains(name) {
                parameters.append(name)
            } else {
                parameters.append(nil)
                if column != self.key { unknown.append(column) }
            }
        }
        self.parameters = parameters
        if !unknown.isEmpty { throw Self.unknown(unknown, of: table, declared) }
        try checkSingle(names, constants: Set(constants))
    }

    private static func check(_ parameter: String, _ place: String, _ declared: [String]) throws(RowSourceError) {
        guard !declared.contains(parameter) else { return }
        throw RowSourceError(
            "\(place): the script has no parameter '\(parameter)'",
            hint: NearestName.hint(for: parameter, among: declared))
    }

    private static func keyColumn(
        _ key: String?, _ names: [String], _ mapped: [Int: String?], _ constants: [String],
        _ table: RowTable
    ) throws(RowSourceError) -> Int? {
        guard let key, !names.isEmpty else { return nil }
        if let column = names.firstIndex(of: key) { return column }
        if let column = mapped.first(where: { $0.value == key })?.key { return column }
        if constants.contains(key) {
            throw RowSourceError(
                "--key \(key): the parameter \(key) has the same value in each row",
                hint: "a key tells rows apart: name a column")
        }
        throw RowSourceError(
            "--key \(key): \(table.name) has no column '\(key)'", hint: NearestName.hint(for: key, among: names))
    }

    private static func unknown(_ columns: [Int], of table: RowTable, _ declared: [String]) -> RowSourceError {
        let names = columns.map { table.columns[$0].name }
        if table.format == .files {
            return RowSourceError(
                "--as \(names[0]): the script has no parameter '\(names[0])'",
                hint: NearestName.hint(for: names[0], among: declared))
        }
        let line = table.columns[columns[0]].line.map { ":\($0)" } ?? ""
        let shown = names.prefix(8).map { name in
            "'\(name)'" + (NearestName.suggestion(for: name, among: declared).map { " (did you mean '\($0)'?)" } ?? "")
        }
        let others = names.count > shown.count ? " and \(names.count - shown.count) others" : ""
        let isOne = names.count == 1
        let separators = [";", "\t", "|", ","].filter { names[0].contains($0) }
        let remedy =
            table.columns.count == 1 && !separators.isEmpty
            ? "the separator may be another: --separator '\(separators[0])'"
            : "--map \(names[0])=PARAM gives a column to a parameter, and --map \(names[0])= leaves it out"
        let known = declared.count > 24 ? "" : "; its parameters: \(declared.sorted().joined(separator: ", "))"
        return RowSourceError(
            "\(table.name)\(line): the script has no \(isOne ? "parameter" : "parameters") for the"
                + " \(isOne ? "column" : "columns") \(shown.joined(separator: ", "))\(others)", hint: remedy + known)
    }

    /// - Throws: ``RowSourceError`` for a parameter with two columns, or with a column and a constant.
    private func checkSingle(_ names: [String], constants: Set<String>) throws(RowSourceError) {
        var columns: [String: Int] = [:]
        for (column, parameter) in parameters.enumerated() {
            guard let parameter else { continue }
            let remedy = "--map \(names[column])= leaves the column out"
            if constants.contains(parameter) {
                throw RowSourceError(
                    "the parameter \(parameter) has two values: the column '\(names[column])' and \(parameter)=… on the"
                        + " command line", hint: remedy)
            }
            if let before = columns.updateValue(column, forKey: parameter) {
                throw RowSourceError(
                    "the parameter \(parameter) has two columns, '\(names[before])' and '\(names[column])'",
                    hint: remedy)
            }
        }
    }
}
