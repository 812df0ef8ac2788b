package import SpeedPix
package import SpeedPixBatch

/// A row as the pieces of a batch's rows have it: a line of JSON, with the cells of all of the source's columns. A value.
package struct RowLine: Sendable, Equatable {
    /// From 1, in the order of the source; as in `BatchRow`.
    package var number: Int
    /// The line that it begins in, from 1; nil for a file that a pattern found.
    package var line: Int?
    /// The description of the row's key.
    package var key: String
    package var label: String
    /// In the order of the source's columns; nil for what the row does not have. Empty ones at the end are left out.
    package var cells: [String?]
    /// The indexes of the cells that are numbers or truth values in the source, and no texts; in their order.
    package var jsonCells: [Int]

    package init(
        number: Int, line: Int?, key: String, label: String, cells: [String?], jsonCells: [Int] = []
    ) {
        self.number = number
        self.line = line
        self.key = key
        self.label = label
        self.cells = cells
        self.jsonCells = jsonCells
        while case .some(nil) = self.cells.last { self.cells.removeLast() }
    }

    package var token: RowToken { RowToken(key: key) }

    /// The cells as the source has them: numbers and truth values are no texts.
    package var sourceValues: [JSONValue?] {
        var values = cells.map { $0.map(JSONValue.string) }
        for index in jsonCells where cells.indices.contains(index) {
            // A text that is no value of JSON was written by another program: it stays a text.
            if let text = cells[index], let value = try? JSONValue(parsing: text.utf8) { values[index] = value }
        }
        return values
    }

    /// The script's parameters by their names.
    ///
    /// - Parameter parameters: For each column, the parameter that it is for.
    package func values(_ parameters: [String?]) -> [String: String] {
        var values: [String: String] = [:]
        for (parameter, cell) in zip(parameters, cells) {
            if let parameter, let cell { values[parameter] = cell }
        }
        return values
    }

    package func row(_ parameters: [String?]) -> BatchRow {
        BatchRow(
            number: number, position: line.map(RowPosition.line) ?? .file, key: RowKey(key), label: label,
            values: values(parameters))
    }

    /// With its end.
    package var bytes: [UInt8] { encoded(withTypes: true) }

    /// With its end, and without the types of its cells: all that scripts get of it, and what versions before had of it.
    var untypedBytes: [UInt8] { encoded(withTypes: false) }

    private func encoded(withTypes: Bool) -> [UInt8] {
        var members: [String: JSONValue] = [
            "row": .integer(Int64(number)), "key": .string(key), "label": .string(label),
            "cells": .array(cells.map { $0.map { .string($0) } ?? .null }),
        ]
        if let line { members["line"] = .integer(Int64(line)) }
        if withTypes, !jsonCells.isEmpty { members["json"] = .array(jsonCells.map { .integer(Int64($0)) }) }
        // Texts and whole numbers can always be encoded.
        return ((try? JSONValue.object(members).encoded()) ?? []) + [0x0A]
    }

    /// - Returns: Nil for what no program has written.
    package init?(parsing bytes: some Collection<UInt8>) {
        guard let json = try? JSONValue(parsing: bytes), case .integer(let number)? = json["row"], number > 0,
            let key = json["key"]?.stringValue, let label = json["label"]?.stringValue,
            case .array(let cells)? = json["cells"]
        else { return nil }
        var line: Int?
        if case .integer(let value)? = json["line"] { line = Int(value) }
        let jsonCells = (json["json"]?.arrayValue ?? []).compactMap { index -> Int? in
            if case .integer(let number) = index { Int(exactly: number) } else { nil }
        }
        self.init(
            number: Int(number), line: line, key: key, label: label, cells: cells.map(\.stringValue),
            jsonCells: jsonCells)
    }
}
