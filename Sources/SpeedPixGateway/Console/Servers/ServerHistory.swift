import ComfyUI
import HTTPTypes
import Hummingbird
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the servers of ComfyUI have run lately, for a page that publishes it.
struct ServerHistory: Sendable {
    /// The most prompts of a server that are told.
    static let longest = 20

    /// Nil for a gateway without.
    let servers: ComfyUIServers?
    let workflows: WorkflowStore
    let files: ServerFileSigner
    let configuration: GatewayConfiguration

    /// A server, and its number, counted from 1.
    struct Numbered: Sendable {
        let number: Int
        let server: ComfyUIServer
    }

    /// The server that a path names.
    ///
    /// - Throws: ``Refusal`` if there is none.
    func server(_ context: GatewayContext) throws(Refusal) -> Numbered {
        guard let servers = servers?.servers, !servers.isEmpty else {
            var refusal = Refusal(
                "ServerNotFound",
                "the gateway has no server of ComfyUI: start it with --comfyui and ComfyUI's address")
            refusal.details = ["code": "no_servers"]
            throw refusal
        }
        let name = try context.part("number")
        guard let number = Int(name), number >= 1, number <= servers.count else {
            throw Refusal(
                "ServerNotFound",
                "there is no server \(name.prefix(20)); they are numbered from 1 to \(servers.count)")
        }
        return Numbered(number: number, server: servers[number - 1])
    }

    /// Asks a server.
    ///
    /// - Throws: ``Refusal`` for what goes wrong with it; `CancellationError`.
    func ask<Result>(
        _ found: Numbered, _ body: (ComfyUIClient) async throws -> Result
    ) async throws -> Result {
        do {
            return try await body(found.server.client)
        } catch let error as ComfyUIError {
            throw Refusal.server(error, at: found.server.id)
        }
    }

    /// The prompt that a path names.
    ///
    /// - Throws: ``Refusal`` if the server does not have it, or not as a success.
    func entry(_ context: GatewayContext, of found: Numbered) async throws -> HistoryEntry {
        let id = try context.part("prompt")
        guard let entry = try await ask(found, { try await $0.history(id) }), entry.end == .success else {
            throw Refusal(
                "PromptNotFound",
                "the server has no prompt \"\(id.prefix(60))\" that succeeded, or has forgotten it: run it once more in"
                    + " ComfyUI")
        }
        return entry
    }

    /// A prompt as the page gets it.
    func json(_ entry: HistoryEntry, of found: Numbered) -> JSONValue {
        let now = configuration.now()
        var members: [String: JSONValue] = [
            "prompt_id": .string(entry.promptID), "cached": .bool(entry.isCached),
            "texts": .array(entry.texts.map { .string($0) }),
        ]
        members["started"] = entry.started.map { .double(Double($0) / 1000) } ?? .null
        members["seconds"] = Self.seconds(of: entry).map { .double($0) } ?? .null
        members["pictures"] = .array(
            entry.files.map { file -> JSONValue in
                let url = files.url(of: file, number: found.number, address: found.server.id, now: now)
                let type = MediaType.guess(filename: file.filename)
                return [
                    "filename": .string(file.filename), "mime_type": .string(type), "url": .string(url),
                    "thumbnail": type.hasPrefix("image/") ? .string(url) : .null,
                ]
            })
        do throws(GraphProblem) {
            let graph = try entry.document().graph
            members["nodes"] = .array(Self.nodes(of: graph))
            members["published"] = published(graph)
        } catch {
            members["nodes"] = []
            members["published"] = .null
            members["problem"] = PublicationFinding(error).json
        }
        return .object(members)
    }

    private static func seconds(of entry: HistoryEntry) -> Double? {
        guard let started = entry.started, let ended = entry.ended, ended >= started else { return nil }
        return (Double(ended) - Double(started)) / 1000
    }

    private static func nodes(of graph: WorkflowGraph) -> [JSONValue] {
        graph.sortedIDs.map { id -> JSONValue in
            let node = graph.nodes[id]
            return [
                "id": .string(id), "title": .string(node?.title ?? node?.classType ?? ""),
                "class": .string(node?.classType ?? ""),
            ]
        }
    }

    /// The ids of the workflows that are this one; null if it was not published.
    private func published(_ graph: WorkflowGraph) -> JSONValue {
        let ids = workflows.versions.lines.filter { _, line in
            line.offered.contains { version in
                guard case .graph(let workflow) = version.content else { return false }
                return workflow.isSame(as: graph)
            }
        }
        return ids.isEmpty ? .null : .array(ids.keys.sorted().map { .string($0) })
    }
}

/// `GET /speedpix/servers/N/history`: what a server has run lately, the newest first.
struct ServerHistoryCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "servers/:number/history"
    let history: ServerHistory

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let found = try history.server(context)
        let entries = try await history.ask(found) { try await $0.recentSuccesses(limit: ServerHistory.longest) }
        return [
            "server": ["number": .integer(Int64(found.number)), "url": .string(found.server.id)],
            "entries": .array(entries.map { history.json($0, of: found) }),
        ]
    }
}
