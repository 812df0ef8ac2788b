import ComfyUI
import Logging
import SpeedPix

/// Publishes what a server of ComfyUI has run.
struct HistoryPublication: Sendable {
    /// A plan, and where its workflow comes from.
    struct Prepared: Sendable {
        let found: ServerHistory.Numbered
        let plan: PublicationPlan
    }

    let administration: WorkflowAdministration
    let history: ServerHistory
    let trials: WorkflowTrials
    let logger: Logger

    /// What would be published of the prompt that a path names.
    ///
    /// - Throws: ``Refusal``; `CancellationError`.
    func prepared(_ body: CallBody, _ context: GatewayContext) async throws -> Prepared {
        let found = try history.server(context)
        let entry = try await history.entry(context, of: found)
        let document: WorkflowDocument
        do throws(GraphProblem) {
            document = try entry.document()
        } catch {
            throw Refusal.notPublishable([PublicationFinding(error)])
        }
        var plan = try plan(body, document, try await definitions(found, isFresh: false))
        // What it lacks may have been installed since.
        if plan.findings.contains(where: { $0.code?.isAboutServers == true }) {
            plan = try self.plan(body, document, try await definitions(found, isFresh: true))
        }
        return Prepared(found: found, plan: plan)
    }

    private func plan(
        _ body: CallBody, _ document: WorkflowDocument, _ definitions: NodeDefinitions
    ) throws(Refusal) -> PublicationPlan {
        let request = try PublicationRequest(body, of: document, definitions)
        return PublicationPlan(
            request, graph: document.graph, page: document.page, reservedIDs: administration.catalogue.ownIDs)
    }

    /// The classes of a server, with those of the others.
    private func definitions(_ found: ServerHistory.Numbered, isFresh: Bool) async throws -> NodeDefinitions {
        guard let servers = history.servers else { return NodeDefinitions() }
        var own = await servers.definitions(of: found.server.id)
        if isFresh || own.classes.isEmpty {
            own = try await history.ask(found) { _ in try await found.server.refreshed() }
        }
        guard servers.servers.count > 1, let all = try? await servers.definitions() else { return own }
        return own.merging(all)
    }

    /// Makes a prompt the next version of a workflow, and begins a try of it.
    ///
    /// - Parameter isTried: Whether a try is begun. The alias of the request stands for the version as soon as that has succeeded,
    ///   or at once without one.
    /// - Returns: The version with what came of it.
    /// - Throws: ``Refusal``; ``StorageError``; `CancellationError`.
    func publish(_ prepared: Prepared, isTried: Bool) async throws -> JSONValue {
        let (plan, request) = (prepared.plan, prepared.plan.request)
        let publication = try plan.checked()
        if let alias = request.alias { try PublishedVersions.checkAliasName(alias) }
        let files = try await history.ask(prepared.found) { client in
            try await NamedFileImport(administration: administration, client: client).store(plan, withValues: isTried)
        }
        let alias = isTried ? nil : request.alias
        let version = try await administration.publish(publication, of: plan, files: files.own, alias: alias)
        var members = WorkflowJSON.description(version)
        members["alias"] = alias.map { .string($0) } ?? .null
        members["warnings"] = .array((plan.findings + files.missing).map(\.json))
        members["trial"] = .null
        members["impossible"] = .null
        guard isTried else { return .object(members) }
        if let missing = files.missing.first {
            members["impossible"] = .string(missing.message)
        } else {
            do {
                members["trial"] = .string(try await begin(version, files.values, alias: request.alias))
            } catch let refusal as Refusal {
                members["impossible"] = .string(refusal.message)
            }
        }
        return .object(members)
    }

    /// Begins a try, whose end makes its results the example of the version, and lets the alias stand for it, unless that
    /// stands for a later one by then.
    ///
    /// - Returns: The prediction's id.
    private func begin(
        _ version: PublishedVersion, _ files: [String: JSONValue], alias: String?
    ) async throws -> String {
        let (id, name, number) = (version.workflowID, version.name, version.number)
        let prediction = try await administration.tryVersion(name, of: id, files: .object(files), by: .console).id
        trials.add(prediction) { [administration, logger] in
            do {
                let record = try await administration.queue.prediction(prediction, for: .console)
                try await administration.keepExample(record, of: id, version: name)
                guard record.status == .succeeded, let alias else { return }
                // A later version may have been published while this one was tried.
                let current = administration.workflows.versions.lines[id]?.aliases[alias] ?? 0
                guard current < number else { return }
                try await administration.workflows.setAlias(alias, of: id, version: name)
            } catch {
                logger.error(
                    "a try was not taken note of", metadata: ["workflow": "\(id) \(name)", "error": "\(error)"])
            }
        }
        // It may have ended before.
        let record = try await administration.queue.prediction(prediction, for: .console)
        if record.status.isTerminal { await trials.ended(prediction) }
        return prediction
    }
}

extension PublicationFinding.Code {
    /// Whether it says that servers lack something.
    fileprivate var isAboutServers: Bool {
        switch self {
        case .missingClass, .missingModel, .missingChoice: true
        case .uiFormat, .partnerNode, .missingFile, .fixedSeed, .clipspaceMask, .clipspaceInput: false
        }
    }
}
