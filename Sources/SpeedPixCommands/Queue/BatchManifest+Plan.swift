import SpeedPix
import SpeedPixBatch
import SpeedPixQueue

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension BatchPlan {
    /// The rows as a queue gets them, made one by one.
    var queuedLines: some Sequence<RowLine> { rows.lazy.map { queuedLine($0) } }

    /// The same by their numbers.
    var followedRows: FollowedRows {
        FollowedRows(numbers: rows.map { Int32(clamping: $0.number) }) { [self] in queuedLine(rows[$0]) }
    }

    private func queuedLine(_ row: BatchRow) -> RowLine {
        var line: Int?
        if case .line(let number) = row.position { line = number }
        var cells = [String?](repeating: nil, count: table.columns.count)
        var jsonCells: [Int] = []
        for cell in table.cells(of: row.number - 1) {
            cells[cell.column] = cell.text
            if cell.isJSON { jsonCells.append(cell.column) }
        }
        return RowLine(
            number: row.number, line: line, key: row.key.description, label: row.label, cells: cells,
            jsonCells: jsonCells.sorted())
    }

    /// What the batch is as a queue has it.
    ///
    /// - Parameters:
    ///   - name: Nil for one made of script, rows and content.
    /// - Throws: ``QueueError`` `tooLarge` for a row that no queue takes; `CancellationError`.
    func manifest(
        named name: BatchName?, script: BatchManifest.Script, in context: CommandContext
    ) throws -> BatchManifest {
        var guards = BatchManifest.Guards()
        guards.retries = rules.retries
        guards.timeout = timeout.map { $0 / .seconds(1) }
        guards.limit = limit
        guards.rate = rate?.text
        guards.budget = budget
        guards.stopAfter = rules.stopAfter
        guards.until = rules.deadline.map { context.now().timeIntervalSince1970 + $0.time / .seconds(1) }
        guards.untilText = rules.deadline?.name
        let queuedRows = BatchManifest.Rows(
            source: table.name, count: rows.count, digest: try QueuePieces.digest(of: queuedLines),
            columns: table.columns.map(\.name), parameters: rows.parameters,
            keyColumn: rows.hasDigestKeys ? resultColumns.last : nil)
        var manifest = BatchManifest(
            name: name ?? BatchName(script: self.name, rows: table.name, digest: ""), version: SpeedPixVersion.current,
            time: context.now().timeIntervalSince1970, script: script, endpoint: host.configuration.endpoint,
            appKey: host.configuration.appKey, constants: host.arguments, rows: queuedRows, guards: guards,
            seed: seed ?? context.randomSeed(), out: out, cancelsOnStop: host.cancelsOnStop, isVerbose: isVerbose)
        if name == nil {
            manifest.name = BatchName(script: self.name, rows: table.name, digest: manifest.contentDigest).text
        }
        return manifest
    }
}

extension BatchManifest {
    /// The columns of results that come from the rows.
    var resultColumns: [String] { rows.columns + [rows.keyColumn].compactMap(\.self) }

    /// A row of the results.
    func record(_ line: RowLine, _ result: RowResult) -> ResultRecord {
        var source = line.sourceValues
        source += Array(repeating: nil, count: max(rows.columns.count - line.cells.count, 0))
        if rows.keyColumn != nil { source.append(.string(line.key)) }
        return ResultRecord(number: line.number, source: source, result: result)
    }
}
