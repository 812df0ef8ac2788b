import ComfyUI
import GRDB
import LuaRuntime
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The published workflows as the database has them.
struct StoredWorkflows: Sendable {
    /// The highest number that was given to a version, by workflow.
    var lastNumbers: [String: Int] = [:]
    var versions: [StoredVersion] = []
    var aliases: [(workflow: String, name: String, number: Int)] = []

    /// Rows without a name or a number are left out: another program has written them.
    init(_ database: Database) throws {
        for row in try Row.fetchAll(database, sql: "SELECT id, last_version FROM workflow") {
            guard let id = String.fromDatabaseValue(row["id"]),
                let number = Int.fromDatabaseValue(row["last_version"])
            else { continue }
            lastNumbers[id] = number
        }
        versions = try Row.fetchAll(database, sql: StoredVersion.selection).compactMap { StoredVersion($0) }
        for row in try Row.fetchAll(database, sql: "SELECT workflow, name, number FROM alias") {
            guard let workflow = String.fromDatabaseValue(row["workflow"]),
                let name = String.fromDatabaseValue(row["name"]), let number = Int.fromDatabaseValue(row["number"])
            else { continue }
            aliases.append((workflow: workflow, name: name, number: number))
        }
    }

    /// Forgets removed versions that no unfinished prediction has begun with.
    static func removeUnused(from database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM version WHERE removed = 1 AND NOT EXISTS (
                    SELECT 1 FROM prediction WHERE prediction.workflow = version.workflow
                    AND prediction.version = 'v' || version.number AND prediction.ended IS NULL)
                """)
    }
}

/// A row of the table of versions.
struct StoredVersion: Sendable {
    /// The columns that ``init(_:)`` reads.
    static let selection = """
        SELECT workflow, number, kind, title, summary, graph, inputs, outputs, definitions, files, example, script,
        created, removed FROM version ORDER BY workflow, number
        """

    /// What a version is made of.
    enum Kind: String, Sendable {
        case comfyui
        case lua
    }

    let workflow: String
    let number: Int
    let isRemoved: Bool
    private let created: Date
    /// By column.
    private let texts: [String: String]

    /// Nil for a row without a name or a number.
    init?(_ row: Row) {
        guard let workflow = String.fromDatabaseValue(row["workflow"]),
            let number = Int.fromDatabaseValue(row["number"])
        else { return nil }
        self.workflow = workflow
        self.number = number
        isRemoved = Int.fromDatabaseValue(row["removed"]) == 1
        let seconds = Double.fromDatabaseValue(row["created"]) ?? 0
        created = Date(timeIntervalSince1970: (-0x1p53...0x1p53).contains(seconds) ? seconds : 0)
        var texts: [String: String] = [:]
        for column in Self.columns { texts[column] = String.fromDatabaseValue(row[column]) }
        self.texts = texts
    }

    private static let columns = [
        "kind", "title", "summary", "graph", "inputs", "outputs", "definitions", "files", "example", "script",
    ]

    /// - Parameter clock: Measures how long a script takes to say what it takes.
    func version(clock: any Clock<Duration>) async -> PublishedVersion {
        var version = PublishedVersion(
            workflowID: workflow, number: number, created: created, content: await content(clock))
        version.isRemoved = isRemoved
        return version
    }

    private func content(_ clock: any Clock<Duration>) async -> PublishedVersion.Content {
        switch texts["kind"].flatMap(Kind.init) {
        case .comfyui?:
            if let workflow = graphWorkflow { return .graph(workflow) }
        case .lua?:
            guard let script = texts["script"] else { break }
            do {
                let source = Array(script.utf8)
                return .script(
                    try await ScriptWorkflow(id: workflow, source: source, trust: .published, clock: clock),
                    source: source)
            } catch let error as LuaError {
                return .unreadable("its script does not run any more: \(error.message)")
            } catch {
                return .unreadable("its script declares no workflow any more: \(error)")
            }
        case nil: break
        }
        return .unreadable("what the database has of it makes no sense")
    }

    private var graphWorkflow: PublishedWorkflow? {
        guard let graphJSON = json("graph"), let graph = try? WorkflowGraph(graphJSON),
            let inputs = list("inputs", { PublishedInput($0) }), let outputs = list("outputs", { PublishedOutput($0) }),
            let files = list("files", { PublishedFile($0) }), let definitions = json("definitions")
        else { return nil }
        let example = json("example")
        return PublishedWorkflow(
            id: workflow, number: number, title: texts["title"] ?? "", summary: texts["summary"] ?? "", graph: graph,
            inputs: inputs, outputs: outputs, definitions: NodeDefinitions(objectInfo: definitions), files: files,
            example: example?["outputs"], exampleSeconds: example?["seconds"]?.lenientDouble)
    }

    private func json(_ column: String) -> JSONValue? {
        texts[column].flatMap { try? JSONValue(parsing: $0.utf8) }
    }

    /// Nil unless every entry can be read.
    private func list<Element>(_ column: String, _ read: (JSONValue) -> Element?) -> [Element]? {
        guard let values = json(column)?.arrayValue else { return nil }
        let elements = values.compactMap(read)
        return elements.count == values.count ? elements : nil
    }
}

extension PublishedVersion {
    /// Writes it down, with an alias that stands for it from now on.
    func insert(into database: Database, alias: String?) throws {
        try database.execute(
            sql: """
                INSERT INTO workflow (id, last_version) VALUES (?, ?)
                ON CONFLICT (id) DO UPDATE SET last_version = excluded.last_version
                """,
            arguments: [workflowID, number])
        var columns: [String: String] = [:]
        switch content {
        case .graph(let workflow):
            columns = [
                "kind": StoredVersion.Kind.comfyui.rawValue, "title": workflow.title, "summary": workflow.summary,
                "graph": try PredictionDatabase.text(workflow.graph.json),
                "inputs": try PredictionDatabase.text(.array(workflow.publishedInputs.map(\.json))),
                "outputs": try PredictionDatabase.text(.array(workflow.publishedOutputs.map(\.json))),
                "definitions": try PredictionDatabase.text(workflow.definitions.json),
                "files": try PredictionDatabase.text(.array(workflow.files.map(\.json))),
            ]
            columns["example"] = try workflow.exampleText
        case .script(let workflow, let source):
            columns = [
                "kind": StoredVersion.Kind.lua.rawValue, "title": workflow.title, "summary": workflow.summary,
                "script": String(decoding: source, as: UTF8.self),
            ]
        case .unreadable(let reason):
            throw StorageError(action: "write a workflow into the database", reason: reason)
        }
        try database.execute(
            sql: """
                INSERT INTO version (
                    workflow, number, kind, title, summary, graph, inputs, outputs, definitions, files, example, script,
                    created, removed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                workflowID, number, columns["kind"], columns["title"], columns["summary"], columns["graph"],
                columns["inputs"], columns["outputs"], columns["definitions"], columns["files"], columns["example"],
                columns["script"], created.timeIntervalSince1970, isRemoved ? 1 : 0,
            ])
        guard let alias else { return }
        try database.execute(
            sql: "INSERT OR REPLACE INTO alias (workflow, name, number) VALUES (?, ?, ?)",
            arguments: [workflowID, alias, number])
    }

    /// Writes down its example alone.
    func updateExample(in database: Database) throws {
        guard case .graph(let workflow) = content else { return }
        try database.execute(
            sql: "UPDATE version SET example = ? WHERE workflow = ? AND number = ?",
            arguments: [try workflow.exampleText, workflowID, number])
    }
}

extension PublishedWorkflow {
    fileprivate var exampleText: String? {
        get throws {
            guard let example else { return nil }
            var members: [String: JSONValue] = ["outputs": example]
            members["seconds"] = exampleSeconds.map { .double($0) }
            return try PredictionDatabase.text(.object(members))
        }
    }
}

extension PublishedFile {
    /// The files that a column of workflows' files names.
    static func keys(_ text: String) -> [ObjectKey] {
        let entries = (try? JSONValue(parsing: text.utf8))?.arrayValue ?? []
        return entries.compactMap { PublishedFile($0)?.key }
    }

    /// The files that a column of examples names.
    static func exampleKeys(_ text: String) -> [ObjectKey] {
        (try? JSONValue(parsing: text.utf8))?["outputs"].map { outputKeys($0) } ?? []
    }

    /// The files that an example names.
    ///
    /// - Parameter outputs: As ``StoredOutput/json`` has them, by name.
    static func outputKeys(_ outputs: JSONValue) -> [ObjectKey] {
        (try? PredictionDatabase.text(outputs)).map(StoredPrediction.files) ?? []
    }
}
