import ArgumentParser
import LocalFiles
import SpeedPix

/// `speedpix types [DIR]`: the stubs of this version and of a gateway's workflows, for editors.
struct TypesCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "Writes the stubs that editors complete and check scripts with.",
        discussion: """
            Examples:
              speedpix types
              speedpix types shop --local

            Writes .speedpix/speedpix.lua anew, after an update of speedpix for instance,
            and .speedpix/workflows.lua with inputs and outputs of the workflows that the
            gateway offers: the one that is named, else the one that serve runs. Without a
            gateway the latter stays as it is: the service lists no workflows.
            "speedpix init" makes the settings of the editor that name the folder.
            """)

    /// How long an editor's helper may wait for a gateway.
    private static let longestCall: Duration = .seconds(10)

    @Argument(help: ArgumentHelp("The project's folder.", valueName: "DIR"), completion: .directory)
    var folder: String = "."

    @OptionGroup var service: ServiceOptions

    func run(in context: CommandContext) async throws {
        let project = context.absolute(folder)
        guard FileKind(project) == .folder else {
            throw CommandFailure(.failure, "there is no folder \(folder)".printable())
        }
        let stubs = EditorStubs(project: project)
        try report(EditorStubs.name, wasThere: try stubs.write(), context)
        let selection = service.selection(context, beside: project)
        if selection.localMode == nil {
            do throws(SettingsError) {
                _ = try selection.settings()
            } catch {
                throw error.failure
            }
        }
        let workflows: [WorkflowDescription]
        do {
            workflows = try await Self.workflows(of: selection, context)
        } catch let unknown as UnknownWorkflows {
            let state = stubs.hasWorkflows ? "\(EditorStubs.workflowsName) stays as it is" : "no stubs of workflows"
            return context.say("note: \(state): \(unknown.reason)".printable())
        }
        try report(EditorStubs.workflowsName, wasThere: try stubs.write(workflows), context)
    }

    private func report(_ name: String, wasThere: Bool, _ context: CommandContext) throws {
        try context.print("\(wasThere ? "kept" : "made") \(name)")
    }

    /// It cannot be found out what there is.
    private struct UnknownWorkflows: Error {
        let reason: String
    }

    /// - Throws: ``UnknownWorkflows``; `CancellationError`.
    private static func workflows(
        of selection: ServiceSelection, _ context: CommandContext
    ) async throws -> [WorkflowDescription] {
        guard selection.hasService else {
            throw UnknownWorkflows(reason: "no service is set; --local has those of the local gateway")
        }
        do {
            return try await selection.withTarget(isQuiet: true) { target in
                var configuration = target.configuration
                configuration.retries.attempts = 1
                configuration.timeout = min(configuration.timeout, longestCall)
                return try await context.client(configuration).workflows()
            }
        } catch let error as SpeedPixError {
            throw UnknownWorkflows(reason: ErrorText.withoutStringToSign(error.message))
        } catch let failure as CommandFailure {
            throw UnknownWorkflows(reason: failure.problem ?? "the service cannot be reached")
        }
    }
}
