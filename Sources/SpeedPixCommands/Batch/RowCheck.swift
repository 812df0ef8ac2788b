import LuaRuntime
import SpeedPix
import SpeedPixBatch
import SpeedPixLua

/// The rows of a batch that can run.
struct CheckedRows {
    let rows: BatchRows
    /// What is wrong with those that are left out; nothing without `--skip-invalid`.
    let skipped: RowFindings
    /// How many the source has.
    let count: Int

    /// What to say about the rows that are left out, in lines; nothing if none is.
    var notes: [String] {
        guard !skipped.isEmpty else { return [] }
        return skipped.lines.map { $0.printable() } + [RowCheck.total(skipped, of: count) + "; they are left out"]
    }
}

/// Checks every row of a source against what a script takes, before anything is paid for.
struct RowCheck {
    let table: RowTable
    /// What the script declares; nil if it declares nothing.
    let parameters: [Parameter]?
    /// `key=value` of the command line: the same in each row.
    let constants: [String: String]
    let options: RowOptions
    /// What the script may read. Values of the command line and of rows may name files wherever they lie, in addition.
    let files: FileAccess
    /// The script, as messages name it.
    let script: String

    /// - Throws: ``CommandFailure`` with ``ExitStatus/usage`` for columns and constants that do not fit the script, and, without
    ///   `--skip-invalid` or if no row is left, for rows that cannot run; `CancellationError`.
    func run() throws -> CheckedRows {
        let declared = try declaredParameters()
        let mapping: RowMapping
        do {
            mapping = try RowMapping(
                of: table, maps: options.maps, key: options.key, declared: declared.map(\.name),
                constants: Array(constants.keys))
        } catch {
            throw usageFailure(error.message, error.hint, declared)
        }
        try checkConstants(declared)
        var findings = table.findings
        findings.merge(try check(mapping, declared))
        let rows = BatchRows(table, mapping, skipping: findings.rows)
        guard findings.isEmpty || options.skipInvalid && !rows.isEmpty else {
            throw failure(findings, others: rows.count)
        }
        return CheckedRows(rows: rows, skipped: findings, count: table.count)
    }

    private func declaredParameters() throws -> [Parameter] {
        guard let parameters, !parameters.isEmpty else {
            let name = table.columns.first?.name ?? "image"
            throw CommandFailure(
                .usage, "\(script) declares no parameters: nothing of a row could reach it".printable(),
                hint: "declare one for each column, at the top of the script: local p = speedpix.params"
                    + " { \(LuaLiteral.key(name)) = { required = true } }")
        }
        return parameters
    }

    private func usageFailure(_ problem: String, _ hint: String?, _ declared: [Parameter]) -> CommandFailure {
        let usage = ScriptUsage.text(declared.map(\.usage), of: "speedpix batch \(script) ROWS").printable(
            keepingLines: true)
        var failure = CommandFailure(.usage, problem.printable(), hint: hint?.printable())
        failure.message = [failure.message, usage].compactMap(\.self).joined(separator: "\n\n")
        return failure
    }

    private func checkConstants(_ declared: [Parameter]) throws {
        for parameter in declared {
            guard let text = constants[parameter.name], let problem = parameter.problem(with: text, files: files) else {
                continue
            }
            let message = problem.isAboutFile ? "the parameter \(parameter.name): \(problem.message)" : problem.message
            throw usageFailure(message, problem.hint, declared)
        }
    }

    // MARK: Rows

    private func check(_ mapping: RowMapping, _ declared: [Parameter]) throws -> RowFindings {
        let byName = Dictionary(declared.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let byColumn = mapping.parameters.map { $0.flatMap { byName[$0] } }
        let required = try requiredColumns(mapping, declared)
        var findings = RowFindings()
        var rowOfKey: [String: Int] = [:]
        for row in 0..<table.count where !table.findings.rows.contains(row + 1) {
            // Each may look at files.
            if row.isMultiple(of: 256) { try Task.checkCancellation() }
            for cell in table.cells(of: row) {
                guard let parameter = byColumn[cell.column] else { continue }
                check(cell, parameter, row, &findings)
            }
            for (parameter, column) in required where table.text(row, column) == nil {
                findings.add(.missingValue, row: row + 1) {
                    (
                        table.place(of: row), table.columns[column].name,
                        "there is no value, and the parameter \(parameter.name) is required", nil
                    )
                }
            }
            if let key = mapping.key { checkKey(key, row, &rowOfKey, &findings) }
        }
        return findings
    }

    private func check(_ cell: RowTable.Cell, _ parameter: Parameter, _ row: Int, _ findings: inout RowFindings) {
        guard let problem = parameter.problem(with: cell.text, files: files, suggestsFile: findings.keepsNext) else {
            return
        }
        findings.add(problem.isAboutFile ? .missingFile : .wrongValue, row: row + 1) {
            (table.place(of: row), table.columns[cell.column].name, problem.message, problem.hint)
        }
    }

    /// Of rows with the same key the first counts.
    private func checkKey(_ column: Int, _ row: Int, _ rowOfKey: inout [String: Int], _ findings: inout RowFindings) {
        let name = table.columns[column].name
        guard let key = table.text(row, column), !key.isEmpty else {
            findings.add(.missingKey, row: row + 1) {
                (table.place(of: row), name, "there is no value, and it is the row's key", nil)
            }
            return
        }
        guard let before = rowOfKey[key] else {
            rowOfKey[key] = row
            return
        }
        findings.add(.duplicateKey, row: row + 1) {
            (table.place(of: row), name, "the key '\(key)' is that of \(table.place(of: before)), too", nil)
        }
    }

    /// The parameters without which no row runs, with their columns.
    ///
    /// - Throws: ``CommandFailure`` for one that has neither a column nor a constant.
    private func requiredColumns(_ mapping: RowMapping, _ declared: [Parameter]) throws -> [(Parameter, Int)] {
        // Rows that could not be read say nothing about columns.
        guard table.count > table.findings.rows.count else { return [] }
        return try declared.filter { $0.isRequired && constants[$0.name] == nil }.map { parameter in
            let name = parameter.name
            if let column = mapping.parameters.firstIndex(of: name) { return (parameter, column) }
            let hint =
                table.format == .files
                ? "give it the same value in each row: \(name)=…"
                : "name a column '\(name)', map one (--map COLUMN=\(name)), or give it the same value in each row:"
                    + " \(name)=…"
            throw usageFailure("the parameter \(name) is missing: \(table.name) has no column for it", hint, declared)
        }
    }

    // MARK: What is said

    /// `312 of 20,000 rows cannot run: 300 wrong values, 12 missing files`
    static func total(_ findings: RowFindings, of count: Int) -> String {
        "\(RowCount.text(findings.rows.count)) of \(RowCount.text(count)) \(count == 1 ? "row" : "rows") cannot run:"
            + " \(findings.summary)"
    }

    private func failure(_ findings: RowFindings, others: Int) -> CommandFailure {
        let lines = findings.lines.map { $0.printable() } + [Self.total(findings, of: table.count)]
        let hint =
            others == 0
            ? nil
            : "nothing was begun; --skip-invalid runs the other \(others == 1 ? "row" : RowCount.text(others)) without \(findings.rows.count == 1 ? "it" : "them")"
        return CommandFailure(.usage, lines.joined(separator: "\n"), hint: hint)
    }
}
